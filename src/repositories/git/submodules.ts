import { AppError } from "../../core/app-error.ts";
import { type GitUrl, parseGitUrl } from "./git-url.ts";

/** A submodule as `.gitmodules` names it. */
export interface Submodule {
	readonly path: string;
	readonly url: string;
}

/** Reads what `git config -z --list` prints for a `.gitmodules` file; incomplete entries are left out. */
export function parseSubmodules(output: string): readonly Submodule[] {
	const byName = new Map<string, { path?: string; url?: string }>();
	for (const item of output.split("\0")) {
		const [key = "", ...value] = item.split("\n");
		const match = /^submodule\.(?<name>.+)\.(?<field>path|url)$/su.exec(key)?.groups;
		if (match?.["name"] === undefined) continue;
		const entry = byName.get(match["name"]) ?? {};
		entry[match["field"] as "path" | "url"] = value.join("\n");
		byName.set(match["name"], entry);
	}
	return [...byName.values()].filter((entry): entry is Submodule => entry.path !== undefined && entry.url !== undefined);
}

/**
 * The URL of a submodule, relative ones as gitmodules(5) has it. A repository that came over the network cannot name a path on this
 * machine, nor a hosted one anything but its siblings. `hosted` is the folder of hosted repositories. Throws `denied` or `invalid`.
 */
export function submoduleUrl(url: string, parent: GitUrl, hosted: string): GitUrl {
	const base = parent.kind === "hosted" ? `${hosted}/${parent.name}.git` : parent.url;
	const text = url.startsWith("./") || url.startsWith("../") ? relative(base, url) : url;
	const result = parseGitUrl(text, undefined);
	if (result.kind === "hosted") throw denied(url);
	if (result.kind !== "file") return result;
	// A submodule of a hosted one is itself known by its path.
	if (parent.kind === "hosted" || (parent.kind === "file" && parent.path.startsWith(`${hosted}/`))) {
		const name = result.path.startsWith(`${hosted}/`) ? result.path.slice(hosted.length + 1).replace(/\.git$/u, "") : "";
		if (!/^[a-z0-9][-a-z0-9]*$/u.test(name)) throw denied(url);
		return { kind: "file", url: `${hosted}/${name}.git`, path: `${hosted}/${name}.git` };
	}
	if (parent.kind !== "file") throw denied(url);
	return result;
}

function relative(base: string, url: string): string {
	let stem = base.replace(/\/+$/u, "");
	let rest = url;
	for (;;) {
		if (rest.startsWith("./")) rest = rest.slice(2);
		else if (rest.startsWith("../")) {
			rest = rest.slice(3);
			const slash = stem.lastIndexOf("/");
			const colon = stem.lastIndexOf(":");
			if (slash > colon) stem = stem.slice(0, slash);
			else if (colon !== -1 && colon < stem.length - 1) stem = stem.slice(0, colon + 1);
			else throw denied(url);
		} else break;
	}
	return stem.endsWith(":") ? stem + rest : `${stem}/${rest}`;
}

function denied(url: string): AppError {
	return new AppError(`The submodule's URL ${JSON.stringify(url.slice(0, 200))} leads to a place that its repository may not name`, {
		code: "SubmoduleDenied",
		kind: "denied",
		hint: "Use a URL relative to the repository, or an https or ssh URL.",
	});
}
