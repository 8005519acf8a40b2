import semver from "semver";
import { AppError } from "../../core/app-error.ts";

/** Names of a repository at one moment, each with the commit it leads to. */
export interface Refs {
	readonly branches: ReadonlyMap<string, string>;
	/** Annotated tags lead to what they tag. */
	readonly tags: ReadonlyMap<string, string>;
	/** Under refs/gitward: what Gitward keeps alive, and HEAD of the origin. */
	readonly own: ReadonlyMap<string, string>;
}

/** Arguments to git that print what `parseRefs` reads. */
export const refsCommand: readonly string[] = [
	"for-each-ref",
	"--format=%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(refname)",
];

/** Reads the output of `refsCommand`; `peel` finds the commit of a tag on a tag, undefined where it leads to none. */
export async function parseRefs(output: string, peel: (oid: string) => Promise<string | undefined>): Promise<Refs> {
	const branches = new Map<string, string>();
	const tags = new Map<string, string>();
	const own = new Map<string, string>();
	const places: readonly (readonly [prefix: string, map: Map<string, string>])[] = [
		["refs/heads/", branches],
		["refs/tags/", tags],
		["refs/gitward/", own],
	];
	for (const line of output.split("\n")) {
		const [oid = "", type = "", peeledOid = "", peeledType = "", ...rest] = line.split(" ");
		const name = rest.join(" ");
		const place = places.find(([prefix]) => name.startsWith(prefix));
		if (place === undefined) continue;
		const commit = type === "commit" ? oid : peeledType === "commit" ? peeledOid : type === "tag" ? await peel(oid) : undefined;
		if (commit !== undefined) place[1].set(name.slice(place[0].length), commit);
	}
	return { branches, tags, own };
}

/** Whether a text is the whole hash of an object. */
export function isObjectHash(text: string): boolean {
	return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(text);
}

/** What a ref leads to. */
export interface ResolvedRef {
	readonly commit: string;
	/** False for a commit that was named by its hash: nobody looked yet whether it is there. */
	readonly isKnown: boolean;
}

/** What a ref names: a commit, a branch, a tag, or the newest tag in a semver range, in this order. Throws `notFound` or `invalid`. */
export function resolveRef(refs: Refs, ref: string, repository: string): ResolvedRef {
	if (isObjectHash(ref)) return { commit: ref, isKnown: false };
	const name = ref === "HEAD" ? refs.own.get("HEAD") : (fullName(refs, ref) ?? refs.branches.get(ref) ?? refs.tags.get(ref));
	const commit = name ?? newestInRange(refs.tags, ref);
	if (commit !== undefined) return { commit, isKnown: true };
	if (!isPlausible(ref)) {
		throw new AppError(`Repository ${repository}: ${JSON.stringify(ref.slice(0, 200))} is neither a ref name nor a semver range`, {
			code: "RefInvalid",
			kind: "invalid",
			hint: "Name a branch, a tag, a commit of 40 hex digits, or a range of tags such as ^1.4.",
		});
	}
	const range = semver.validRange(ref) === null ? "branch or tag" : "branch, tag, or tag in the range";
	throw new AppError(`Repository ${repository} has no ${range} ${ref}`, {
		code: "RefNotFound",
		kind: "notFound",
		hint: hintFor(refs, ref),
	});
}

function fullName(refs: Refs, ref: string): string | undefined {
	if (ref.startsWith("refs/heads/")) return refs.branches.get(ref.slice("refs/heads/".length));
	return ref.startsWith("refs/tags/") ? refs.tags.get(ref.slice("refs/tags/".length)) : undefined;
}

function newestInRange(tags: ReadonlyMap<string, string>, ref: string): string | undefined {
	const range = ref.length > 256 ? null : semver.validRange(ref);
	if (range === null) return undefined;
	let best: { readonly version: semver.SemVer; readonly commit: string } | undefined;
	for (const [tag, commit] of tags) {
		const version = semver.parse(tag.replace(/^v(?=\d)/u, ""));
		if (version === null || !semver.satisfies(version, range)) continue;
		if (
			best === undefined ||
			version.compare(best.version) > 0 ||
			(version.compare(best.version) === 0 && version.compareBuild(best.version) > 0)
		)
			best = { version, commit };
	}
	return best?.commit;
}

/** Whether git could have a ref of that name (git-check-ref-format), or it is a semver range. */
function isPlausible(ref: string): boolean {
	if (ref.length > 256) return false;
	if (semver.validRange(ref) !== null) return true;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses exactly these
	if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.$|^\/|\/$/u.test(ref) || ref === "@") return false;
	return ref.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}

function hintFor(refs: Refs, ref: string): string {
	if (refs.branches.size === 0) return "The repository is empty: push something first.";
	const near = [...refs.branches.keys(), ...refs.tags.keys()].find((name) => name.toLowerCase() === ref.toLowerCase());
	if (near !== undefined) return `There is ${near}.`;
	return `Was it deleted or renamed? Branches: ${[...refs.branches.keys()].slice(0, 5).join(", ")}${refs.branches.size > 5 ? ", …" : ""}.`;
}
