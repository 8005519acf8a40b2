import { posix } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { FieldDifference } from "../../core/change.ts";
import type { Clock } from "../../ports/clock.ts";
import { contentText } from "./content-text.ts";
import { type Files, sha256 } from "./files.ts";
import type { Handler, Subject } from "./handler.ts";
import { type FileObject, maxContentBytes } from "./kinds/file.ts";
import { folderOf, type Ledger, type LedgerEntry } from "./ledger.ts";
import { unresolved } from "./parse.ts";
import { type Places, textOf } from "./places.ts";
import type { Root } from "./root.ts";
import { lstatOf, modeText, signatureOf, typeText } from "./stat.ts";

/** Time in which two writes may carry the same time stamp, in milliseconds: then only content tells. */
const stampMs = 50n;

/** Content of a File as bytes. */
export function bytesOf(object: FileObject): Buffer {
	const { content, contentBase64 } = object.spec;
	if (content !== undefined) return Buffer.from(content, "utf8");
	if (contentBase64 === undefined) throw unresolved(object);
	const bytes = Buffer.from(contentBase64, "base64");
	if (bytes.length <= maxContentBytes) return bytes;
	throw new AppError(`File ${object.metadata.name} has ${bytes.length} bytes: at most 1 MiB is possible`, {
		code: "FileTooLarge",
		kind: "invalid",
		hint: "Use an Archive.",
	});
}

/** Files: record `{p: path, s: signature, h: SHA-256 of the content, m: mode}`. */
export function createFileHandler({
	root,
	files,
	ledger,
	places,
	clock,
}: {
	root: Root;
	files: Files;
	ledger: Ledger;
	places: Places;
	clock: Clock;
}): Handler<FileObject> {
	const stat = (path: string) => {
		const folder = root.folder(folderOf(path));
		return folder === undefined ? undefined : lstatOf(folder.at(posix.basename(path)));
	};

	function check(entry: LedgerEntry): string | undefined {
		const live = stat(entry.path);
		if (live === undefined) return "file was deleted";
		if (!live.isFile()) return `file was replaced by a ${typeText(live)}`;
		const signature = signatureOf(live);
		const isFresh = BigInt(Math.round(clock.now())) - live.ctimeMs < stampMs;
		if (signature === entry.signature && !isFresh && entry.problem === undefined) return undefined;
		const [hash, mode] = entry.expected.split(" ");
		if (modeText(live.mode) !== mode) return `permissions of the file were set to ${modeText(live.mode)}`;
		const content = files.read(entry.path);
		if (content === undefined || sha256(content) !== hash) return "file was edited";
		entry.signature = signature;
		return undefined;
	}

	function put(subject: Subject, path: string, signature: string, hash: string, mode: string): void {
		ledger.put({ path, application: subject.application, key: subject.key, check, signature, expected: `${hash} ${mode}` });
	}

	function remember(subject: Subject): void {
		const record = subject.owned?.record;
		const path = textOf(record, "p");
		if (path === undefined || ledger.at(path) !== undefined) return;
		put(subject, path, textOf(record, "s") ?? "", textOf(record, "h") ?? "", textOf(record, "m") ?? "");
	}

	/** Hash of the live content, without reading it where nothing touched it since. */
	function liveHash(subject: Subject, path: string, signature: string): { readonly hash: string; readonly content?: Buffer } {
		const entry = ledger.at(path);
		if (entry?.problem === undefined) {
			const record = subject.owned?.record;
			if (textOf(record, "p") === path && textOf(record, "s") === signature) return { hash: textOf(record, "h") ?? "" };
			if (entry?.key === subject.key && entry.signature === signature) return { hash: entry.expected.split(" ")[0] ?? "" };
		}
		const content = files.read(path) ?? Buffer.alloc(0);
		return { hash: sha256(content), content };
	}

	return {
		observe(subject) {
			const { key, desired } = subject;
			const path = desired === undefined ? places.owned(subject) : places.wanted(subject, desired.spec.path);
			const other = desired === undefined ? undefined : places.taken(subject, path);
			if (other !== undefined) return places.takenObservation(subject, other);
			if (desired !== undefined && subject.owned !== undefined) {
				const before = textOf(subject.owned.record, "p");
				if (before !== undefined && before !== path)
					return { key, state: "immutable", differences: [{ path: "/spec/path", before, after: path }] };
			}
			const live = stat(path);
			if (live === undefined) return { key, state: "missing", differences: [] };
			if (desired === undefined) return { key, state: "same", differences: [] };
			const handedOn = ledger.at(path)?.application === subject.application;
			const foreign = subject.owned === undefined && !handedOn ? { foreign: true } : {};
			if (!live.isFile())
				return { key, state: "different", differences: [{ path: "/kind", before: typeText(live), after: "File" }], ...foreign };
			const bytes = bytesOf(desired);
			const differences: FieldDifference[] = [];
			const { hash, content } = liveHash(subject, path, signatureOf(live));
			if (hash !== sha256(bytes)) {
				differences.push({
					path: "/spec/content",
					before: contentText(content ?? files.read(path) ?? Buffer.alloc(0)),
					after: contentText(bytes),
				});
			}
			const mode = modeText(live.mode);
			if (mode !== desired.spec.mode) differences.push({ path: "/spec/mode", before: mode, after: desired.spec.mode });
			return { key, state: differences.length === 0 ? "same" : "different", differences, ...foreign };
		},
		apply(subject, change) {
			const { desired } = subject;
			const path = places.wanted(subject, desired.spec.path);
			places.demandFree(subject, path);
			const bytes = bytesOf(desired);
			const hash = sha256(bytes);
			places.claim(subject, path);
			const live = change.differences.length === 0 && change.action === "update" ? stat(path) : undefined;
			if (
				live?.isFile() === true &&
				modeText(live.mode) === desired.spec.mode &&
				liveHash(subject, path, signatureOf(live)).hash === hash
			) {
				// As desired already: only the record is new.
				put(subject, path, signatureOf(live), hash, desired.spec.mode);
			} else {
				put(subject, path, files.write(path, bytes, Number.parseInt(desired.spec.mode, 8)), hash, desired.spec.mode);
			}
			for (const other of places.elsewhere(subject, path)) {
				ledger.remove(other, subject.key);
				if (subject.owned?.created === true) files.remove(other);
			}
			places.settle(subject, path);
			return { p: path, s: ledger.at(path)?.signature ?? "", h: hash, m: desired.spec.mode };
		},
		remove(subject) {
			for (const path of places.release(subject)) files.remove(path);
		},
		health(subject) {
			const entry = ledger.at(textOf(subject.owned?.record, "p") ?? "");
			const isGone = entry?.key === subject.key && entry.problem === "file was deleted";
			return isGone ? { status: "Missing", message: "file was deleted" } : { status: "Healthy", message: "" };
		},
		differs(subject) {
			const path = textOf(subject.owned?.record, "p");
			if (path === undefined) return true;
			const live = stat(path);
			if (live === undefined) return true;
			const signature = signatureOf(live);
			const entry = ledger.at(path);
			return (
				textOf(subject.owned?.record, "s") !== signature &&
				!(entry?.key === subject.key && entry.signature === signature && entry.problem === undefined)
			);
		},
		remember,
		track(subject) {
			remember(subject);
			places.watch(subject.key, places.owned(subject));
		},
		untrack(subject) {
			places.unwatch(subject.key);
			ledger.remove(textOf(subject.owned?.record, "p") ?? "", subject.key);
		},
	};
}
