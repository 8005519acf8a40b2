import { posix } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { FieldDifference } from "../../core/change.ts";
import { canonicalJson, hashValue } from "../../core/hash.ts";
import type { Json } from "../../core/object.ts";
import { type Files, sha256 } from "./files.ts";
import type { Handler } from "./handler.ts";
import type { ProcessObject, ProcessSpec } from "./kinds/process.ts";
import { folderOf, type Ledger, type LedgerEntry } from "./ledger.ts";
import { type Places, textOf } from "./places.ts";
import { portIn, type Slot } from "./process/port-variables.ts";
import type { ProcessWish } from "./process/process-state.ts";
import type { Supervisors } from "./process/supervisors.ts";
import type { Root } from "./root.ts";
import { lstatOf, signatureOf } from "./stat.ts";

interface ProcessHandlerOptions {
	readonly root: Root;
	readonly files: Files;
	readonly ledger: Ledger;
	readonly places: Places;
	readonly supervisors: () => Supervisors;
}

/** Processes: record `{d: digest of the spec}`; everything else is the supervisor's own state. */
export interface ProcessHandler extends Handler<ProcessObject> {
	/** Real folder that a Process runs in; its namespace's own is made. */
	cwd(wish: { readonly namespace: string; readonly spec: { readonly cwd: string } }): string;
	/** Brings the port files up to date. */
	writePortFiles(wish: ProcessWish, slot: Slot): void;
}

export function createProcessHandler({ root, files, ledger, places, supervisors }: ProcessHandlerOptions): ProcessHandler {
	const digest = (spec: ProcessSpec): string => hashValue(spec).slice(0, 32);

	/** Port files with the content that they should have. */
	function portFiles(
		namespace: string,
		spec: ProcessSpec,
		slot: Slot,
	): readonly { readonly path: string; readonly content: Buffer; readonly index: number }[] {
		return spec.ports.flatMap((port, index) =>
			port.file === undefined ? [] : [{ path: root.locate(namespace, port.file), content: Buffer.from(`${portIn(port, slot)}\n`), index }],
		);
	}

	function checkPortFile(entry: LedgerEntry): string | undefined {
		const live = files.read(entry.path);
		if (live === undefined) return "port file was deleted";
		return sha256(live) === entry.expected ? undefined : "port file was edited";
	}

	function watchKey(key: string, path: string): string {
		return `${key} ${path}`;
	}

	function dropPortFiles(wish: ProcessWish, keep: ReadonlySet<string>): void {
		for (const { path } of portFiles(wish.namespace, wish.spec, 0)) {
			if (keep.has(path)) continue;
			if (ledger.at(path)?.key === wish.key) files.remove(path);
			ledger.remove(path, wish.key);
			places.unwatch(watchKey(wish.key, path));
		}
	}

	function isThere(path: string, content: Buffer): boolean {
		return files.read(path)?.equals(content) === true;
	}

	function writePortFiles(wish: ProcessWish, slot: Slot): void {
		for (const { path, content } of portFiles(wish.namespace, wish.spec, slot)) {
			const other = ledger.at(path);
			if (other !== undefined && other.key !== wish.key) {
				throw new AppError(`the port file ${path} belongs to ${other.key}`, {
					code: "PathTaken",
					kind: "conflict",
					hint: "Choose another file.",
				});
			}
			const expected = sha256(content);
			if (!isThere(path, content)) files.write(path, content, 0o644);
			const folder = root.folder(folderOf(path));
			const stat = folder === undefined ? undefined : lstatOf(folder.at(posix.basename(path)));
			ledger.put({
				path,
				application: wish.application,
				key: wish.key,
				check: checkPortFile,
				signature: stat === undefined ? "" : signatureOf(stat),
				expected,
			});
			places.watch(watchKey(wish.key, path), path);
		}
	}

	return {
		cwd({ namespace, spec }) {
			const path = root.locate(namespace, spec.cwd);
			const folder = path === namespace || path === "" ? root.make(path) : root.folder(path);
			if (folder !== undefined) return path === "" ? root.path : posix.join(root.path, path);
			throw new AppError(`its folder ${spec.cwd} does not exist`, {
				code: "FolderMissing",
				kind: "conflict",
				hint: "Make it with a Directory or a File in it.",
			});
		},
		writePortFiles,
		observe(subject) {
			const { key, desired, application } = subject;
			const supervisor = supervisors().get(key);
			if (supervisor === undefined || supervisor.wish.removed) return { key, state: "missing", differences: [] };
			if (desired === undefined) return { key, state: "same", differences: [] };
			const { wish, slot } = supervisor;
			const differences = [...specDifferences(wish.spec, desired.spec)];
			if (slot !== undefined && differences.length === 0) {
				for (const { path, content, index } of portFiles(wish.namespace, wish.spec, slot)) {
					const live = files.read(path);
					if (live?.equals(content) === true) continue;
					differences.push({
						path: `/spec/ports/${index}/file`,
						...(live === undefined ? {} : { before: live.toString("utf8", 0, 100) }),
						after: content.toString(),
					});
				}
			}
			const foreign = subject.owned === undefined || wish.application !== application ? { foreign: true } : {};
			return { key, state: differences.length === 0 ? "same" : "different", differences, ...foreign };
		},
		async apply(subject) {
			const { key, application, namespace, name, desired } = subject;
			const before = supervisors().get(key);
			const wish: ProcessWish = { key, application, namespace, name, spec: desired.spec, removed: false };
			const wanted = new Set<string>();
			for (const { path } of portFiles(namespace, desired.spec, 0)) {
				places.demandFree(subject, path);
				wanted.add(path);
			}
			root.locate(namespace, desired.spec.cwd);
			if (before !== undefined) dropPortFiles(before.wish, wanted);
			if (before?.slot !== undefined && specDifferences(before.wish.spec, desired.spec).length === 0) writePortFiles(wish, before.slot);
			await supervisors().set(wish);
			return { d: digest(desired.spec) };
		},
		async remove(subject, signal) {
			const supervisor = supervisors().get(subject.key);
			await supervisors().remove(subject.key, signal);
			if (supervisor !== undefined) {
				dropPortFiles(supervisor.wish, new Set());
				files.prune(subject.namespace);
			}
		},
		health(subject) {
			return supervisors().get(subject.key)?.health() ?? { status: "Missing", message: "is not known to the supervisor" };
		},
		differs(subject) {
			const supervisor = supervisors().get(subject.key);
			if (supervisor === undefined || supervisor.wish.removed || textOf(subject.owned?.record, "d") !== digest(supervisor.wish.spec))
				return true;
			const { wish, slot } = supervisor;
			return slot !== undefined && portFiles(wish.namespace, wish.spec, slot).some(({ path, content }) => !isThere(path, content));
		},
		remember() {},
		track() {},
		untrack() {},
	};
}

/** Fields of the spec in which the two differ, each as a whole or, for maps, by entry. */
function specDifferences(live: ProcessSpec, desired: ProcessSpec): readonly FieldDifference[] {
	const differences: FieldDifference[] = [];
	compare("/spec", live as unknown as Json, desired as unknown as Json, differences);
	return differences;
}

function compare(path: string, before: Json | undefined, after: Json | undefined, into: FieldDifference[]): void {
	if (isMap(before) && isMap(after)) {
		for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
			compare(`${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, before[name], after[name], into);
		}
		return;
	}
	if (canonicalJson(before) === canonicalJson(after)) return;
	into.push({ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
