import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { parse } from "yaml";
import { AppError } from "../../core/app-error.ts";
import { demandControlSet } from "../../core/documents/check.ts";
import type { DesiredObject, Json } from "../../core/object.ts";
import { hostKinds } from "../../drivers/host/kinds.ts";
import type { Rendered, RenderSettings } from "../../ports/rendering.ts";
import type { FileTree } from "../../ports/repository.ts";
import { folderTree } from "../../render/folder-tree.ts";
import { createRenderers } from "../../render/renderers.ts";
import { createRendering } from "../../render/rendering.ts";
import { readControlFiles } from "../control-files.ts";
import type { Io } from "../io.ts";
import { formatData } from "../output.ts";
import { readText } from "../read-text.ts";
import { clean } from "../text/paint.ts";

export interface RenderCommandOptions {
	readonly application?: string;
	readonly namespace?: string;
	readonly environment?: string;
	readonly values?: string;
	readonly control?: string;
	/** Folders of other Repositories by name. */
	readonly repository?: Readonly<Record<string, string>>;
	readonly target?: "host" | "kubernetes";
	readonly output: "yaml" | "json";
}

interface Wanted {
	readonly root: string;
	readonly path: string;
	readonly application: string;
	readonly environment: string;
	readonly repository: string;
	readonly values: Readonly<Record<string, Json>> | undefined;
	/** Namespace for a target that has namespaces of its own. */
	readonly namespace: string;
	/** Kind of target where documents tell it. */
	readonly target: string | undefined;
	readonly settings: RenderSettings | undefined;
}

/** Prints the Objects that a folder gives, without a server: as they would be applied, every source resolved. */
export async function render(io: Io, folder: string, options: RenderCommandOptions): Promise<void> {
	const wanted =
		options.control === undefined ? await fromFolder(io, folder, options) : await fromControl(io, folder, options.control, options);
	const scratch = await mkdtemp(join(tmpdir(), "gitward-render-"));
	try {
		const { objects, warnings } = await renderWanted(io, wanted, options, scratch);
		print(io, options, objects, warnings);
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
}

async function renderWanted(io: Io, wanted: Wanted, options: RenderCommandOptions, scratch: string): Promise<Rendered> {
	const renderers = createRenderers({
		environment: io.env,
		folder: scratch,
		credentials: async (source) => {
			const { secretReader } = await import("../../server.ts");
			return secretReader(io.env, resolve(io.cwd, options.control ?? "."))(source);
		},
		now: () => performance.now(),
	});
	const rendering = createRendering({ kinds: (target) => (target === "host" ? hostKinds : undefined), renderers });
	const renderFor = (target: string): Promise<Rendered> =>
		rendering.render(
			{
				application: wanted.application,
				environment: wanted.environment,
				target,
				defaultNamespace: target === "host" ? wanted.application : wanted.namespace,
				repository: wanted.repository,
				ref: "working tree",
				path: wanted.path,
				values: wanted.values,
				...(wanted.settings === undefined ? {} : { settings: wanted.settings }),
				tree: async (repository) => treeOf(io, repository, wanted, options),
			},
			{ signal: io.signal },
		);
	const target = options.target ?? wanted.target;
	if (target !== undefined) return renderFor(target);
	// Nobody said what it is for: its Objects tell.
	const rendered = await renderFor("kubernetes");
	return rendered.objects.some(({ apiVersion }) => apiVersion.startsWith("host.gitward.dev/")) ? renderFor("host") : rendered;
}

function print(io: Io, options: RenderCommandOptions, objects: readonly DesiredObject[], warnings: readonly string[]): void {
	for (const warning of warnings) io.err(`${io.errPaint.yellow("warning:")} ${clean(warning)}\n`);
	if (options.output === "json") io.out(formatData(objects, "json"));
	else io.out(objects.map((object) => formatData(object, "yaml")).join("---\n"));
}

/** A folder given by itself; paths in it are relative to the working tree that it stands in. */
async function fromFolder(io: Io, folder: string, options: RenderCommandOptions): Promise<Wanted> {
	const place = resolve(io.cwd, folder);
	if ((await stat(place).catch(() => undefined)) === undefined)
		throw new AppError(`There is no ${place}`, { code: "FolderNotFound", kind: "notFound" });
	const root = await rootOf(place);
	const path = relative(root, place);
	return {
		root,
		path,
		application: options.application ?? "application",
		environment: options.environment ?? "environment",
		repository: "",
		values: await valuesOf(io, options),
		namespace: options.namespace ?? "default",
		target: undefined,
		settings: undefined,
	};
}

/** An Application of control documents, with the folder as its Repository. */
async function fromControl(io: Io, folder: string, control: string, options: RenderCommandOptions): Promise<Wanted> {
	const files = await readControlFiles(resolve(io.cwd, control), io.signal);
	const { applications, environments } = demandControlSet(files.map(({ path, text }) => ({ path: join(control, path), text })));
	const names = [...applications.keys()];
	const name = options.application ?? (names.length === 1 ? names[0] : undefined);
	const document = name === undefined ? undefined : applications.get(name);
	if (name === undefined || document === undefined) {
		throw new AppError(
			name === undefined ? "--application is missing: there are several" : `${control} has no Application ${JSON.stringify(name)}`,
			{
				code: "ApplicationNotFound",
				kind: name === undefined ? "invalid" : "notFound",
				hint: `There are: ${names.join(", ") || "none"}.`,
			},
		);
	}
	const { spec } = document;
	const environment = environments.get(options.environment ?? spec.environment);
	const given = await valuesOf(io, options);
	const values =
		spec.values === undefined && given === undefined ? undefined : ({ ...spec.values, ...given } as Readonly<Record<string, Json>>);
	return {
		root: resolve(io.cwd, folder),
		path: spec.path,
		application: name,
		environment: options.environment ?? spec.environment,
		repository: spec.repository,
		values,
		namespace: options.namespace ?? spec.namespace ?? environment?.spec.target.kubernetes?.namespace ?? "default",
		target: environment === undefined ? undefined : Object.keys(environment.spec.target)[0],
		settings: spec,
	};
}

function treeOf(io: Io, repository: string, wanted: Wanted, options: RenderCommandOptions): FileTree {
	const given = options.repository?.[repository];
	if (given !== undefined) return folderTree(resolve(io.cwd, given), repository);
	if (repository === wanted.repository) return folderTree(wanted.root, repository);
	throw new AppError(`Files of the Repository ${repository} are needed, and its folder is not known`, {
		code: "RepositoryNotFound",
		kind: "notFound",
		hint: `Name a clone of it: --repository ${repository}=FOLDER.`,
	});
}

async function valuesOf(io: Io, options: RenderCommandOptions): Promise<Readonly<Record<string, Json>> | undefined> {
	if (options.values === undefined) return undefined;
	const values: unknown = parse(await readText(resolve(io.cwd, options.values)));
	if (values !== null && typeof values === "object" && !Array.isArray(values)) return values as Readonly<Record<string, Json>>;
	throw new AppError(`${options.values} does not hold a mapping of values`, {
		code: "ValuesInvalid",
		kind: "invalid",
		place: { file: options.values },
	});
}

/** The working tree that a place is in; its own folder where it is in none. */
async function rootOf(place: string): Promise<string> {
	const folder = (await stat(place)).isDirectory() ? place : dirname(place);
	for (let here = folder; ; here = dirname(here)) {
		if ((await stat(join(here, ".git")).catch(() => undefined)) !== undefined) return here;
		if (dirname(here) === here) return folder;
	}
}
