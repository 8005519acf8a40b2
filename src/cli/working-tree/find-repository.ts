import { resolve } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { RepositoryView } from "../../core/views/repository.ts";
import type { Git } from "../git.ts";

export interface RepositorySearch {
	/** Top of the working tree. */
	readonly root: string;
	readonly repositories: readonly RepositoryView[];
	/** Address of the server, for Repositories that it hosts. */
	readonly server: string;
	/** Folder that relative URLs of Repositories are taken from, where control is a folder. */
	readonly base: string;
	/** --repository. */
	readonly name: string | undefined;
}

/** The Repository that a working tree belongs to: the named one, or the one whose URL is a remote of it or its own folder. */
export async function findRepository(git: Git, { root, repositories, server, base, name }: RepositorySearch): Promise<RepositoryView> {
	const known = repositories.map((each) => each.name).join(", ") || "none";
	if (name !== undefined) {
		const found = repositories.find((each) => each.name === name);
		if (found !== undefined) return found;
		throw new AppError(`Gitward has no Repository ${JSON.stringify(name)}`, {
			code: "RepositoryNotFound",
			kind: "notFound",
			hint: `It has: ${known}.`,
		});
	}
	const remotes = (await git(["config", "--get-regexp", "^remote\\..*\\.url$"], [0, 1])).text
		.split("\n")
		.flatMap((line) => line.split(" ").slice(1));
	const places = new Set([root, ...remotes].map(normalUrl));
	const urlOf = (each: RepositoryView) =>
		each.hosted ? `${server}/git/${each.name}.git` : /^\.{0,2}\/|^\.{1,2}$/u.test(each.url) ? resolve(base, each.url) : each.url;
	const matches = repositories.filter((each) => places.has(normalUrl(urlOf(each))));
	const [only, ...more] = matches;
	if (only !== undefined && more.length === 0) return only;
	throw new AppError(
		only === undefined
			? `No Repository of Gitward is the one of ${root}`
			: `${root} belongs to several Repositories: ${matches.map((each) => each.name).join(", ")}`,
		{
			code: only === undefined ? "RepositoryNotFound" : "RepositoryAmbiguous",
			kind: only === undefined ? "notFound" : "invalid",
			hint: `Name it with --repository; Gitward has: ${known}.`,
		},
	);
}

/** What two spellings of the same place share: `git@host:a/b.git`, `ssh://git@host/a/b` and `https://user@host/a/b/` are one. */
export function normalUrl(url: string): string {
	const text = url.trim();
	const short = /^(?:[^@/]+@)?(?<host>[^:/]+):(?!\/\/)(?<path>.+)$/u.exec(text)?.groups;
	const long = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?(?<host>[^/]+)\/(?<path>.*)$/u.exec(text)?.groups;
	const { host, path } = long ?? short ?? {};
	const place =
		host === undefined ? text.replace(/^file:\/\//u, "") : `${host.toLowerCase().replace(/^localhost(?=:|$)/u, "127.0.0.1")}/${path ?? ""}`;
	return place.replace(/\/+$/u, "").replace(/(?:\/\.git|\.git)$/u, "");
}
