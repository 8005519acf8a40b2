import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Node 24, which the npm package `node` brings: everything of Gitward runs with it, whatever Node the machine has. */
export const node = join(root, "node_modules", ".bin", "node");

/** The environment without node_modules/.bin on the PATH: an install must not run with a Node that it is about to replace. */
export function outerEnvironment() {
	const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.endsWith(join("node_modules", ".bin")));
	return { ...process.env, PATH: path.join(delimiter) };
}

/** The environment with node_modules/.bin first on the PATH, as npm scripts have it. */
export function innerEnvironment() {
	const outer = outerEnvironment();
	return { ...outer, PATH: `${join(root, "node_modules", ".bin")}${delimiter}${outer.PATH}` };
}
