import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import type { Driver } from "../../ports/driver.ts";
import type { WriteBytes } from "./files.ts";
import { hostKinds } from "./kinds.ts";
import type { Children } from "./process/supervisors.ts";
import { openHostTarget } from "./target.ts";
import type { WatchFolder } from "./watches.ts";

/** Folders before what is in them, and what runs after what it reads. */
const ranks: Readonly<Record<string, number>> = { Directory: -30, File: -20, Archive: -10, Unit: 10, Process: 20 };

export interface HostDriverOptions {
	readonly exec: Exec;
	/** All that processes inherit: PATH, HOME, LANG and the like. */
	readonly environment: Readonly<Record<string, string>>;
	/** Gitward's own files and folders, absolute, which no Object may touch although they lie below a root. */
	readonly kept?: readonly string[];
	/** 0 to 1, for jitter. */
	readonly random?: () => number;
	/** fs.watch, replaced where a test wants it to fail. */
	readonly watch?: WatchFolder;
	/** fs.writeSync, replaced where a test wants it to fail. */
	readonly writeBytes?: WriteBytes;
}

/** The Driver for a plain machine: files, folders, archives, processes, units and jobs below one root for each Environment. */
export function createHostDriver(options: HostDriverOptions): Driver {
	const children: Children = new Map();
	const roots = new Map<string, string>();
	return {
		name: "host",
		kinds: hostKinds,
		defaultNamespace: "application",
		rank: ({ kind }) => ranks[kind] ?? 0,
		// What one Application writes on one disk is not faster side by side, and a Process must see its files whole.
		parallel: 1,
		async open(environment, context, { signal } = {}) {
			signal?.throwIfAborted();
			const { name } = environment.metadata;
			const { host } = environment.spec.target;
			if (host === undefined) throw new Error(`the Environment ${name} is no host`);
			const root = resolve(context.base, host.root);
			const real = realOf(root);
			for (const [other, path] of roots) {
				if (other === name || !(isWithin(real, path) || isWithin(path, real))) continue;
				throw new AppError(`the roots of Environments ${name} and ${other} overlap: ${real} and ${path}`, {
					code: "RootShared",
					kind: "conflict",
					hint: "Give each Environment a folder of its own.",
				});
			}
			roots.set(name, real);
			try {
				return await openHostTarget({
					environment,
					context,
					exec: options.exec,
					inherited: options.environment,
					root,
					kept: (options.kept ?? []).map(realOf),
					children,
					random: options.random ?? Math.random,
					watch: options.watch,
					writeBytes: options.writeBytes,
					onClosed: () => roots.delete(name),
				});
			} catch (error) {
				roots.delete(name);
				throw error;
			}
		},
	};
}

function isWithin(path: string, folder: string): boolean {
	return path === folder || path.startsWith(`${folder}/`);
}

/** Real path, also of what does not exist yet. */
function realOf(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		const above = resolve(path, "..");
		return above === path ? path : resolve(realOf(above), path.slice(above.length).replace(/^\//u, ""));
	}
}
