import { AppError, type ErrorKind, toAppError } from "../../core/app-error.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";

interface Meaning {
	readonly pattern: RegExp;
	readonly code: string;
	readonly kind: ErrorKind;
	readonly says: string;
	readonly hint?: string;
}

/** What git says, first match wins: local trouble before what the other side said. */
const meanings: readonly Meaning[] = [
	{
		pattern: /No space left on device|ENOSPC|Disk quota exceeded/u,
		code: "DiskFull",
		kind: "unavailable",
		says: "the disk is full",
		hint: "Free some space; Gitward tries again by itself.",
	},
	{
		pattern: /Read-only file system|EROFS/u,
		code: "FolderNotWritable",
		kind: "unavailable",
		says: "the state folder cannot be written",
		hint: "Make it writable for the user that runs Gitward.",
	},
	{
		pattern:
			/Unable to create '.*': Permission denied|insufficient permission for adding|cannot mkdir|unable to (?:create|write).*Permission denied|EACCES|EPERM|ENOTDIR|EEXIST.*mkdir|ENOENT.*mkdir/u,
		code: "FolderNotWritable",
		kind: "unavailable",
		says: "the state folder cannot be written",
		hint: "Make it writable for the user that runs Gitward.",
	},
	{
		pattern: /dubious ownership/u,
		code: "RepositoryOwner",
		kind: "denied",
		says: "its folder belongs to another user",
		hint: "Let the user that runs Gitward own it, or use an https or ssh URL.",
	},
	{
		pattern: /transport '.*' not allowed|Protocol .* not supported|Unsupported protocol/u,
		code: "ProtocolNotAllowed",
		kind: "denied",
		says: "it leads to a protocol that is off",
		hint: "Use https, ssh or a path.",
	},
	{
		pattern: /Host key verification failed|No .* host key is known|REMOTE HOST IDENTIFICATION/u,
		code: "HostKeyUnknown",
		kind: "denied",
		says: "the host's key is not among the known hosts",
		hint: "Add the host's line to knownHosts after you checked it.",
	},
	{
		pattern:
			/Authentication failed|could not read (?:Username|Password)|Permission denied \(|returned error: 40[13]|HTTP 40[13]|invalid credentials|Load key .*:|error in libcrypto/iu,
		code: "RepositoryDenied",
		kind: "denied",
		says: "the credentials are missing or not accepted",
		hint: "Check spec.credentials of the Repository.",
	},
	{
		pattern:
			/repository '?.*'? not found|does not appear to be a git repository|returned error: 404|HTTP 404|not a git repository|Repository not found|does not exist|no such repository/iu,
		code: "RepositoryNotFound",
		kind: "notFound",
		says: "there is no such repository",
		hint: "Check spec.url of the Repository, and whether the credentials may see it.",
	},
	{
		pattern: /SSL certificate problem|server certificate verification failed|certificate/iu,
		code: "RepositoryCertificate",
		kind: "unavailable",
		says: "its TLS certificate is not trusted",
		hint: "Install the authority's certificate on this machine.",
	},
	{
		pattern:
			/Could not resolve host|Connection (?:refused|timed out|reset|closed)|Failed to connect|Couldn't connect|Network is unreachable|No route to host|Operation timed out|kex_exchange|early EOF|unexpected disconnect|the remote end hung up|RPC failed|returned error: (?:5\d\d|429)|invalid index-pack|index-pack (?:failed|died)|empty reply/iu,
		code: "RepositoryUnreachable",
		kind: "unavailable",
		says: "it cannot be reached",
		hint: "Gitward tries again by itself.",
	},
];

/** What went wrong with git as an AppError that names the Repository. `doing` as in `fetching`. */
export function gitError(error: unknown, repository: string, doing: string): AppError {
	if (error instanceof AppError && !(error instanceof ExecError)) return error;
	if (error instanceof ExecError) {
		const { cause, stderr, limit } = error.facts;
		if (cause === "cancelled" || cause === "not-found") return error;
		if (cause === "timeout") {
			const hint = "Raise spec.timeout of the Repository if it is that large, or look why it is slow.";
			return new AppError(`Repository ${repository}: ${doing} took longer than ${String(limit)} ms`, {
				code: "RepositoryTimeout",
				kind: "timeout",
				hint,
				cause: error,
			});
		}
		return meant(stderr === "" ? error.message : stderr, repository, doing, error);
	}
	if (isFileError(error)) return meant(error.message, repository, doing, error);
	return toAppError(error);
}

function meant(text: string, repository: string, doing: string, cause: unknown): AppError {
	const meaning = meanings.find(({ pattern }) => pattern.test(text));
	const said = lineThatMatches(text, meaning?.pattern) ?? lastLine(text);
	if (meaning === undefined)
		return new AppError(`Repository ${repository}: ${doing} failed: ${said}`, { code: "RepositoryFailed", kind: "unavailable", cause });
	const { code, kind, says, hint } = meaning;
	return new AppError(`Repository ${repository}: ${doing} failed as ${says} (${said})`, {
		code,
		kind,
		cause,
		...(hint === undefined ? {} : { hint }),
	});
}

function lineThatMatches(text: string, pattern: RegExp | undefined): string | undefined {
	const line = pattern === undefined ? undefined : text.split(/[\r\n]+/u).find((each) => pattern.test(each));
	return line?.trim().slice(0, 500);
}

/** Of all that git printed, the line that says most: the last fatal or error one. */
function lastLine(text: string): string {
	const lines = text
		.split(/[\r\n]+/u)
		.map((line) => line.trim())
		.filter((line) => line !== "");
	const telling = lines.findLast(
		(line) =>
			/^(?:fatal|error|ssh|remote):|denied|refused|verification failed/iu.test(line) &&
			!/correct access rights|Could not read from remote/u.test(line),
	);
	return (telling ?? lines.at(-1) ?? "no message").slice(0, 500);
}

function isFileError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
	return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error;
}
