import { join } from "node:path";
import type { Example } from "./seed.ts";

export interface ExampleCommandOptions {
	/** Address of this Gitward, `http://127.0.0.1:7474`. */
	readonly url: string;
	/** Absolute path of the state folder. */
	readonly state: string;
	/** How this Gitward's CLI is called from any folder: an absolute path. */
	readonly program: string;
	readonly example: Example;
}

/** One thing to try, as a line for a shell in any folder. */
export interface ExampleCommand {
	readonly title: string;
	readonly command: string;
}

/** The five things to try on the living example; each works as printed, and again when repeated. */
export function exampleCommands({ url, state, program, example }: ExampleCommandOptions): readonly ExampleCommand[] {
	const clone = join(state, "try", "shop");
	const file = join(state, "environments", "dev", "shop", "app", "greeting.txt");
	const shop = `http://127.0.0.1:${String(example.ports.dev)}/`;
	const look = `curl -sS --retry 9 --retry-connrefused --retry-delay 1 ${shop}`;
	const helper = `credential.helper=!${quote(program)} credential`;
	const config = ["credential.helper=", helper, "user.name=You", "user.email=you@example.com"]
		.map((entry) => `-c ${quote(entry)}`)
		.join(" ");
	const git = `git -C ${quote(clone)}`;
	// With the address, as a later start may have to take another port.
	const push = `${git} push -q ${url}/git/shop.git main`;
	return [
		{
			title: "Push a change and see it live",
			command: `{ [ -d ${quote(clone)} ] || git clone -q ${config} ${url}/git/shop.git ${quote(clone)}; } && date '+Hello at %T' > ${quote(join(clone, "app", "greeting.txt"))} && ${git} commit -qam 'Say hello' && ${push} && sleep 1 && ${look}`,
		},
		{ title: "Break a file by hand and see it repaired", command: `echo broken > ${quote(file)}; sleep 1; cat ${quote(file)}` },
		{ title: "Kill the service and see it return", command: `kill -9 "$(curl -s ${shop}pid)"; sleep 1; ${look}` },
		{ title: "Revert the commit", command: `${git} revert --no-edit HEAD && ${push} && sleep 1 && ${look}` },
		{ title: "See the history", command: `${quote(program)} history shop-dev --server ${url}` },
	];
}

/** A word for a shell: in single quotes where it needs them. */
function quote(word: string): string {
	return /^[A-Za-z0-9_./:@%+=-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
