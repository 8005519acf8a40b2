import { createHash, randomBytes } from "node:crypto";
import {
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmdirSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { z } from "zod";
import type { ObjectKey } from "../../../core/object.ts";
import type { Blobs } from "../../../ports/driver.ts";
import type { Files } from "../files.ts";
import { errnoOf, fsError } from "../fs-error.ts";
import type { Handler, Subject } from "../handler.ts";
import type { ArchiveObject } from "../kinds/file.ts";
import { folderOf, type Ledger, type LedgerEntry } from "../ledger.ts";
import { type Places, textOf } from "../places.ts";
import { reservedName } from "../reserved-name.ts";
import type { Folder, Root } from "../root.ts";
import type { Slice } from "../slice.ts";
import { lstatOf, signatureOf, typeText } from "../stat.ts";
import { type ArchiveLimits, archiveLimits } from "./archive-limits.ts";
import { download } from "./download.ts";
import { unpack } from "./unpack.ts";

interface ArchiveOptions {
	readonly root: Root;
	readonly files: Files;
	readonly ledger: Ledger;
	readonly places: Places;
	readonly blobs: Blobs;
	readonly slice: Slice;
	/** Folder for manifests and downloads. */
	readonly home: string;
	readonly limits?: ArchiveLimits;
}

const manifestSchema = z.strictObject({ version: z.string(), files: z.array(z.tuple([z.string(), z.string()])) });

/** What was unpacked: each file with its signature. */
type Manifest = z.infer<typeof manifestSchema>;

/** Most unpacked files that are watched one by one; beyond, the sweep finds changes. */
const maxWatched = 2000;

/**
 * Archives: record `{p: path, d: digest, v: name of the unpacked folder}`. The path is a symbolic link to that folder beside it, and
 * is switched by a rename.
 */
export function createArchiveHandler(options: ArchiveOptions): Handler<ArchiveObject> {
	const { root, files, ledger, places, blobs, slice, home, limits = archiveLimits } = options;
	mkdirSync(home, { recursive: true, mode: 0o700 });
	const watched = new Map<ObjectKey, readonly string[]>();

	const manifestFile = (key: ObjectKey): string => join(home, `${createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`);

	function manifestOf(key: ObjectKey): Manifest | undefined {
		try {
			return manifestSchema.parse(JSON.parse(readFileSync(manifestFile(key), "utf8")));
		} catch {
			return undefined;
		}
	}

	function digestOf(object: ArchiveObject): string {
		const { blob, url, sha256, format, strip } = object.spec;
		return createHash("sha256")
			.update(JSON.stringify([blob, url === undefined ? null : sha256, format, strip]))
			.digest("hex")
			.slice(0, 16);
	}

	/** Where the link leads, if one stands there. */
	function linkAt(path: string): string | undefined {
		const folder = root.folder(folderOf(path));
		if (folder === undefined) return undefined;
		try {
			return readlinkSync(folder.at(posix.basename(path)));
		} catch (error) {
			if (errnoOf(error) === "EINVAL" || errnoOf(error) === "ENOENT") return undefined;
			throw fsError(error, `look at ${path}`);
		}
	}

	function beside(path: string, name: string): string {
		const folder = folderOf(path);
		return folder === "" ? name : `${folder}/${name}`;
	}

	function check(entry: LedgerEntry): string | undefined {
		return linkAt(entry.path) === entry.expected ? undefined : "the link of the archive was changed";
	}

	function checkFile(entry: LedgerEntry): string | undefined {
		const folder = root.folder(folderOf(entry.path));
		const stat = folder === undefined ? undefined : lstatOf(folder.at(posix.basename(entry.path)));
		if (stat === undefined) return "a file of the archive was deleted";
		return signatureOf(stat) === entry.signature ? undefined : "a file of the archive was edited";
	}

	/** The first file that is not as it was unpacked. */
	async function changedFile(path: string, manifest: Manifest): Promise<string | undefined> {
		for (const [name, signature] of manifest.files) {
			const full = beside(path, `${manifest.version}/${name}`);
			const folder = root.folder(folderOf(full));
			const stat = folder === undefined ? undefined : lstatOf(folder.at(posix.basename(full)));
			if (stat === undefined || signatureOf(stat) !== signature) return name;
			const pause = slice();
			if (pause !== undefined) await pause;
		}
		return undefined;
	}

	/** Name of an unpacked folder beside the path; the id is 24 hex digits. */
	function versionName(path: string, id: string): string {
		return reservedName(posix.basename(path), `~${id}`);
	}

	/** Whether a name beside the path is that of one of its own unpacked folders: `a~b` has ones that begin as those of `a` do. */
	function isVersion(path: string, name: string): boolean {
		const prefix = versionName(path, "0".repeat(24)).slice(0, -24);
		return name.startsWith(prefix) && /^[0-9a-f]{24}$/u.test(name.slice(prefix.length));
	}

	/** Removes what earlier versions, or a kill in the middle, left beside the path. */
	async function removeVersions(path: string, keep: string | undefined): Promise<void> {
		const folder = root.folder(folderOf(path));
		if (folder === undefined) return;
		const names = readdirSync(folder.at(".")).filter((name) => isVersion(path, name) && name !== keep);
		for (const name of names) {
			const again = root.folder(folderOf(path));
			if (again !== undefined) await rm(join(root.path, beside(path, name)), { recursive: true, force: true });
		}
	}

	/** The link, where it is still one of ours, and what it led to. */
	async function removeAt(path: string): Promise<void> {
		const link = linkAt(path);
		const folder = root.folder(folderOf(path));
		if (folder !== undefined && link !== undefined && isVersion(path, link)) unlinkSync(folder.at(posix.basename(path)));
		await removeVersions(path, undefined);
		files.prune(folderOf(path));
	}

	function switchLink(folder: Folder, path: string, version: string): void {
		const name = posix.basename(path);
		const temporary = folder.at(reservedName(name));
		rmSync(temporary, { force: true });
		symlinkSync(version, temporary);
		try {
			const stat = lstatOf(folder.at(name));
			if (stat?.isDirectory() === true) rmdirSync(folder.at(name));
			renameSync(temporary, folder.at(name));
		} catch (error) {
			rmSync(temporary, { force: true });
			throw error;
		}
	}

	async function install(object: ArchiveObject, key: ObjectKey, path: string, signal: AbortSignal | undefined): Promise<Manifest> {
		const fetched = join(home, `${randomBytes(8).toString("hex")}.part`);
		const version = versionName(path, `${digestOf(object)}${randomBytes(4).toString("hex")}`);
		try {
			await download(object, fetched, { blobs, limits, signal });
			root.make(folderOf(path));
			const target = join(root.path, beside(path, version));
			await mkdir(target, { mode: 0o755 });
			const names = await unpack({ file: fetched, format: object.spec.format, target, strip: object.spec.strip, limits, signal });
			const signed: [string, string][] = [];
			for (const name of names) {
				const stat = lstatOf(join(target, name));
				if (stat !== undefined) signed.push([name, signatureOf(stat)]);
				const pause = slice();
				if (pause !== undefined) await pause;
			}
			const manifest: Manifest = { version, files: signed };
			writeFileSync(`${manifestFile(key)}.next`, JSON.stringify(manifest), { mode: 0o600 });
			renameSync(`${manifestFile(key)}.next`, manifestFile(key));
			switchLink(root.make(folderOf(path)), path, version);
			return manifest;
		} catch (error) {
			await removeVersions(path, linkAt(path));
			throw fsError(error, `unpack to ${path}`);
		} finally {
			await rm(fetched, { force: true });
		}
	}

	function unwatchFiles(key: ObjectKey): void {
		for (const path of watched.get(key) ?? []) {
			ledger.remove(path, key);
			places.unwatch(`${key} ${path}`);
		}
		watched.delete(key);
	}

	function watchFiles(subject: Subject, path: string, manifest: Manifest): void {
		unwatchFiles(subject.key);
		if (manifest.files.length > maxWatched) return;
		const paths = manifest.files.map(([name, signature]) => {
			const full = beside(path, `${manifest.version}/${name}`);
			ledger.put({ path: full, application: subject.application, key: subject.key, check: checkFile, signature, expected: "" });
			places.watch(`${subject.key} ${full}`, full);
			return full;
		});
		watched.set(subject.key, paths);
	}

	function put(subject: Subject, path: string, version: string): void {
		ledger.put({ path, application: subject.application, key: subject.key, check, signature: "", expected: version });
	}

	function remember(subject: Subject): void {
		const path = textOf(subject.owned?.record, "p");
		if (path !== undefined && ledger.at(path) === undefined) put(subject, path, textOf(subject.owned?.record, "v") ?? "");
	}

	return {
		async observe(subject) {
			const { key, desired } = subject;
			const path = desired === undefined ? places.owned(subject) : places.wanted(subject, desired.spec.path);
			const other = desired === undefined ? undefined : places.taken(subject, path);
			if (other !== undefined) return places.takenObservation(subject, other);
			const before = textOf(subject.owned?.record, "p");
			if (desired !== undefined && before !== undefined && before !== path)
				return { key, state: "immutable", differences: [{ path: "/spec/path", before, after: path }] };
			const folder = root.folder(folderOf(path));
			const live = folder === undefined ? undefined : lstatOf(folder.at(posix.basename(path)));
			if (live === undefined) return { key, state: "missing", differences: [] };
			if (desired === undefined) return { key, state: "same", differences: [] };
			const link = linkAt(path);
			const manifest = manifestOf(key);
			const isOurs = manifest !== undefined && link === manifest.version;
			const foreign = subject.owned === undefined ? { foreign: true } : {};
			if (link === undefined)
				return { key, state: "different", differences: [{ path: "/kind", before: typeText(live), after: "Archive" }], ...foreign };
			const was = textOf(subject.owned?.record, "d");
			const now = digestOf(desired);
			if (!isOurs || (was !== undefined && was !== now)) {
				return {
					key,
					state: "different",
					differences: [{ path: "/spec/digest", before: isOurs ? (was ?? "") : `a link to ${link}`, after: now }],
					...foreign,
				};
			}
			if (!link.includes(now))
				return { key, state: "different", differences: [{ path: "/spec/digest", before: link, after: now }], ...foreign };
			const changed = await changedFile(path, manifest);
			if (changed === undefined) return { key, state: "same", differences: [], ...foreign };
			return {
				key,
				state: "different",
				differences: [{ path: "/spec/files", before: `${changed} was changed`, after: "as unpacked" }],
				...foreign,
			};
		},
		async apply(subject, change, signal) {
			const { desired, key } = subject;
			const path = places.wanted(subject, desired.spec.path);
			places.demandFree(subject, path);
			places.claim(subject, path);
			const digest = digestOf(desired);
			const known = manifestOf(key);
			const isRight =
				change.action === "update" &&
				change.differences.length === 0 &&
				known !== undefined &&
				known.version.includes(digest) &&
				linkAt(path) === known.version;
			const manifest = isRight ? known : await install(desired, key, path, signal);
			put(subject, path, manifest.version);
			const wasWatched = watched.has(key);
			unwatchFiles(key);
			await removeVersions(path, manifest.version);
			for (const other of places.elsewhere(subject, path)) {
				ledger.remove(other, key);
				if (subject.owned?.created === true) await removeAt(other);
			}
			places.settle(subject, path);
			if (wasWatched) watchFiles(subject, path, manifest);
			return { p: path, d: digest, v: manifest.version };
		},
		async remove(subject) {
			unwatchFiles(subject.key);
			for (const path of places.release(subject)) await removeAt(path);
			rmSync(manifestFile(subject.key), { force: true });
		},
		health(subject) {
			const entry = ledger.at(textOf(subject.owned?.record, "p") ?? "");
			return entry?.key === subject.key && entry.problem !== undefined
				? { status: "Degraded", message: entry.problem }
				: { status: "Healthy", message: "" };
		},
		async differs(subject) {
			const path = textOf(subject.owned?.record, "p");
			const version = textOf(subject.owned?.record, "v");
			const manifest = manifestOf(subject.key);
			if (path === undefined || manifest === undefined || manifest.version !== version || linkAt(path) !== version) return true;
			return (await changedFile(path, manifest)) !== undefined;
		},
		remember,
		track(subject) {
			remember(subject);
			const path = places.owned(subject);
			places.watch(subject.key, path);
			const manifest = manifestOf(subject.key);
			if (manifest !== undefined && !watched.has(subject.key)) watchFiles(subject, path, manifest);
		},
		untrack(subject) {
			unwatchFiles(subject.key);
			places.unwatch(subject.key);
			ledger.remove(textOf(subject.owned?.record, "p") ?? "", subject.key);
		},
	};
}
