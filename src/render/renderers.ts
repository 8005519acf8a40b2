import { join } from "node:path";
import type { Renderer } from "../ports/renderer.ts";
import { createKustomizeRenderer } from "./kustomize/renderer.ts";
import { createScratch } from "./program/scratch.ts";

export interface RenderersOptions {
	/** Folders in which programs are looked for, as in PATH. */
	readonly path: string;
	/** Folder of their own, made where it is missing; nothing in it has to outlive the process. */
	readonly folder: string;
}

/** The renderers that start programs. */
export function createRenderers({ path, folder }: RenderersOptions): readonly Renderer[] {
	const scratch = createScratch(join(folder, "runs"));
	return [createKustomizeRenderer({ path, scratch })];
}
