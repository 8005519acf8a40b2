import { z } from "zod";
import { AppError, type SourcePlace } from "../../core/app-error.ts";
import { chartAddress, chartName, chartVersion } from "../../core/documents/helm.ts";
import type { RenderInput } from "../../ports/renderer.ts";
import { invalidAt } from "../located.ts";
import { joinPath } from "../paths.ts";
import { readManifests } from "../plain/manifests.ts";
import { readText } from "../plain/text.ts";

const maxFiles = 10_000;
const maxBytes = 64 * 1024 * 1024;
const maxFolders = 64;
const maxCharts = 100;

/** A dependency that stands at an address. */
export interface RemoteDependency {
	readonly repository: string;
	readonly name: string;
	/** The locked version, or the range that Chart.yaml gives. */
	readonly version: string;
	readonly place: () => SourcePlace;
}

/** Fetches a dependency as an archive; undefined where that is not allowed, which is the caller's error to give. */
export type FetchDependency = (dependency: RemoteDependency) => Promise<Buffer>;

const dependency = z.looseObject({ name: chartName, version: z.coerce.string().default(""), repository: z.string().default("") });
const listed = z.looseObject({ dependencies: z.array(dependency).max(maxCharts).nullish() });

/**
 * The files of a chart in the tree, by path relative to it, with the dependencies that it lacks put into its charts folder: those of
 * `file://` from the tree, others by `fetch`. Throws `invalid` with the place.
 */
export async function collectChart(input: RenderInput, root: string, fetch: FetchDependency): Promise<ReadonlyMap<string, Buffer>> {
	const { tree, signal } = input;
	const options = signal === undefined ? {} : { signal };
	const files = new Map<string, Buffer>();
	let bytes = 0;

	function add(path: string, content: Buffer): void {
		bytes += content.length;
		files.set(path, content);
		if (files.size > maxFiles || bytes > maxBytes)
			throw new AppError(`${root} is a chart of more than ${maxFiles} files or 64 MiB`, { code: "TooMuch", kind: "invalid" });
	}

	async function addFolder(folder: string, to: string, depth: number): Promise<void> {
		if (depth > maxFolders)
			throw new AppError(`${folder} is more than ${maxFolders} folders deep`, {
				code: "TooDeep",
				kind: "invalid",
				place: { file: folder },
			});
		await Promise.all(
			(await tree.list(folder, options)).map(async (entry) => {
				const from = folder === "" ? entry.name : `${folder}/${entry.name}`;
				const isFolder = entry.type === "folder" || (entry.type === "link" && (await isLinkedFolder(from)));
				if (isFolder) await addFolder(from, `${to}${entry.name}/`, depth + 1);
				else if (entry.type !== "submodule") add(`${to}${entry.name}`, await tree.read(from, options));
			}),
		);
	}

	async function isLinkedFolder(path: string): Promise<boolean> {
		try {
			await tree.list(path, options);
			return true;
		} catch (error) {
			if (error instanceof AppError && error.kind === "notFound") return false;
			throw error;
		}
	}

	async function addChart(folder: string, to: string, above: readonly string[]): Promise<void> {
		if (above.includes(folder) || above.length >= maxCharts)
			throw new AppError(`Charts depend on each other in a circle: ${[...above, folder].join(" → ")}`, {
				code: "ChartCycle",
				kind: "invalid",
				place: { file: folder },
			});
		await addFolder(folder, to, 0);
		const locked = await lockedVersions(folder);
		for (const name of ["Chart.yaml", "requirements.yaml"]) {
			const file = inFolder(folder, name);
			if (!files.has(`${to}${name}`)) continue;
			const [manifest] = readManifests(file, await readText(tree, file, options), "kubernetes");
			const { dependencies } = demand(manifest?.value, file);
			for (const [index, each] of (dependencies ?? []).entries()) {
				if (isVendored(`${to}charts/`, each.name)) continue;
				const place = (): SourcePlace => manifest?.place(["dependencies", index, "repository"]) ?? { file };
				await addDependency(folder, to, { ...each, version: locked.get(each.name) ?? each.version, place }, [...above, folder]);
			}
		}
	}

	async function addDependency(folder: string, to: string, wanted: RemoteDependency, above: readonly string[]): Promise<void> {
		const { repository, name, place } = wanted;
		if (repository.startsWith("file://")) {
			const from = joinPath(folder, repository.slice("file://".length), inFolder(folder, "Chart.yaml"));
			if ((await tree.oid(inFolder(from, "Chart.yaml"), options)) === undefined)
				throw invalidAt(place(), `names ${from}, where no Chart.yaml stands`, "ChartMissing");
			return addChart(from, `${to}charts/${name}/`, above);
		}
		if (repository === "") throw invalidAt(place(), `${name} is not in the charts folder, and no repository is named`, "ChartMissing");
		if (!chartAddress.safeParse(repository).success || !chartVersion.safeParse(wanted.version).success)
			throw invalidAt(
				place(),
				`is no address of a chart repository: ${JSON.stringify(repository)} ${wanted.version}`,
				"ChartAddressInvalid",
				"Write https://…, oci://… or file://…; the names of `helm repo add` are not known here.",
			);
		add(`${to}charts/${name}.tgz`, await fetch(wanted));
	}

	/** Whether the charts folder holds a dependency: as a folder or as an archive. */
	function isVendored(charts: string, name: string): boolean {
		for (const path of files.keys()) {
			if (!path.startsWith(charts)) continue;
			const inner = path.slice(charts.length);
			if (inner.startsWith(`${name}/`) || inner === `${name}.tgz`) return true;
			if (inner.startsWith(`${name}-`) && /^v?[0-9][^/]*\.tgz$/u.test(inner.slice(name.length + 1))) return true;
		}
		return false;
	}

	async function lockedVersions(folder: string): Promise<ReadonlyMap<string, string>> {
		for (const name of ["Chart.lock", "requirements.lock"]) {
			const file = inFolder(folder, name);
			if ((await tree.oid(file, options)) === undefined) continue;
			const [manifest] = readManifests(file, await readText(tree, file, options), "kubernetes");
			return new Map((demand(manifest?.value, file).dependencies ?? []).map((each) => [each.name, each.version]));
		}
		return new Map();
	}

	await addChart(root, "", []);
	return files;
}

function demand(value: unknown, file: string): z.infer<typeof listed> {
	const parsed = listed.safeParse(value ?? {});
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw invalidAt({ file, key: issue?.path.join(".") ?? "" }, issue?.message ?? "is no list of dependencies", "ChartInvalid");
}

function inFolder(folder: string, name: string): string {
	return folder === "" ? name : `${folder}/${name}`;
}
