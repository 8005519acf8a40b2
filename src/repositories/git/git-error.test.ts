import { describe, expect, it } from "vitest";
import { AppError } from "../../core/app-error.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import { gitError } from "./git-error.ts";

function failed(stderr: string): ExecError {
	return new ExecError({ cause: "failed", program: "git", title: "git fetch", exitCode: 128, exitSignal: undefined, stderr });
}

describe("gitError", () => {
	it.each([
		["fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output", "unavailable", "DiskFull"],
		["error: unable to create temporary file: No space left on device", "unavailable", "DiskFull"],
		["fatal: cannot mkdir /x: Read-only file system", "unavailable", "FolderNotWritable"],
		["fatal: Unable to create '/x/shallow.lock': Permission denied", "unavailable", "FolderNotWritable"],
		["error: insufficient permission for adding an object to repository database ./objects", "unavailable", "FolderNotWritable"],
		["fatal: unable to access 'https://x/': Could not resolve host: x", "unavailable", "RepositoryUnreachable"],
		["fatal: unable to access 'https://x/': The requested URL returned error: 503", "unavailable", "RepositoryUnreachable"],
		["fatal: unable to access 'https://x/': The requested URL returned error: 403", "denied", "RepositoryDenied"],
		["fatal: could not read Username for 'https://x': terminal prompts disabled", "denied", "RepositoryDenied"],
		[
			"git@x: Permission denied (publickey).\r\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.",
			"denied",
			"RepositoryDenied",
		],
		["Host key verification failed.\nfatal: Could not read from remote repository.", "denied", "HostKeyUnknown"],
		["fatal: '/x' does not appear to be a git repository\nfatal: Could not read from remote repository.", "notFound", "RepositoryNotFound"],
		["fatal: repository 'https://x/y/' not found", "notFound", "RepositoryNotFound"],
		["fatal: transport 'ext' not allowed", "denied", "ProtocolNotAllowed"],
		["fatal: detected dubious ownership in repository at '/x'", "denied", "RepositoryOwner"],
		["fatal: unable to access 'https://x/': server certificate verification failed.", "unavailable", "RepositoryCertificate"],
		["fatal: the remote end hung up unexpectedly\nfatal: early EOF", "unavailable", "RepositoryUnreachable"],
		["fatal: something new", "unavailable", "RepositoryFailed"],
	])("reads %j as %s, %s", (stderr, kind, code) => {
		const error = gitError(failed(stderr), "shop", "fetching");
		expect(error).toMatchObject({ kind, code });
		expect(error.message).toMatch(/^Repository shop: fetching failed/u);
		expect(error.message).not.toContain("correct access rights");
	});

	it("names a full disk and a read-only folder also where it was not git who met them", () => {
		const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
		expect(gitError(full, "shop", "fetching")).toMatchObject({
			code: "DiskFull",
			kind: "unavailable",
			hint: expect.stringContaining("space"),
		});
		const readOnly = Object.assign(new Error("EROFS: read-only file system, mkdir '/x'"), { code: "EROFS", syscall: "mkdir" });
		expect(gitError(readOnly, "shop", "fetching")).toMatchObject({ code: "FolderNotWritable" });
		// What Node says of a recursive mkdir on a read-only file system.
		const odd = Object.assign(new Error("ENOENT: no such file or directory, mkdir '/x'"), { code: "ENOENT", syscall: "mkdir" });
		expect(gitError(odd, "shop", "fetching")).toMatchObject({ code: "FolderNotWritable" });
	});

	it("quotes the line that tells the cause, not the one that came last", () => {
		const error = gitError(failed("fatal: write error: No space left on device\nfatal: unpack-objects failed"), "shop", "fetching");
		expect(error.message).toBe("Repository shop: fetching failed as the disk is full (fatal: write error: No space left on device)");
	});

	it("leaves our own errors and our bugs as they are", () => {
		const own = new AppError("x", { code: "X", kind: "invalid" });
		expect(gitError(own, "shop", "fetching")).toBe(own);
		expect(gitError(new TypeError("bug"), "shop", "fetching")).toMatchObject({ kind: "internal" });
	});
});
