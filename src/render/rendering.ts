import { AppError } from "../core/app-error.ts";
import { explainIssues } from "../core/documents/explain.ts";
import { nearest } from "../core/documents/nearest.ts";
import { problemsError } from "../core/documents/problem.ts";
import { pathText } from "../core/documents/read-yaml.ts";
import { keyOf, type ObjectKey, parseKey, refOf } from "../core/object.ts";
import { createExpressionRunner } from "../lib/cel/expression-runner.ts";
import type { ObjectKind } from "../ports/driver.ts";
import type { Renderer, RenderInput } from "../ports/renderer.ts";
import type { Rendering, RenderRequest, TracedInput } from "../ports/rendering.ts";
import type { SignalOption } from "../ports/repository.ts";
import { clusterScope } from "./cluster-scoped.ts";
import { fieldPath } from "./field-path.ts";
import { addProcessInputs } from "./host/inputs.ts";
import { resolveSources } from "./host/sources.ts";
import { invalidAt, type LocatedObject } from "./located.ts";
import { joinPath } from "./paths.ts";
import { applyPatches } from "./plain/overlay.ts";
import { renderPlain } from "./plain/renderer.ts";
import { createTrace } from "./traced-tree.ts";

export interface RenderingOptions {
	/** Kinds that a kind of target knows by heart; undefined where only the target itself knows. */
	readonly kinds: (target: string) => readonly ObjectKind[] | undefined;
	/** Renderers that are asked first whether a folder is theirs; what none takes is plain YAML and JSON. */
	readonly renderers?: readonly Renderer[];
}

/** Turns files into checked Objects, noting everything that it reads. */
export function createRendering({ kinds, renderers = [] }: RenderingOptions): Rendering {
	const runner = createExpressionRunner();

	async function read(input: RenderInput): Promise<{ readonly located: readonly LocatedObject[]; readonly warnings: readonly string[] }> {
		for (const renderer of renderers) {
			if (!(await renderer.detect(input))) continue;
			const { objects, warnings } = await renderer.render(input);
			const located = objects.map((rendered): LocatedObject => {
				const { file } = rendered;
				return { ...rendered, place: (path) => ({ file, key: pathText(path) }) };
			});
			return { located, warnings };
		}
		if (input.settings.helm !== undefined) throw noChart(input);
		return { located: await renderPlain(input, runner), warnings: [] };
	}

	async function renderAll(request: RenderRequest, places: boolean, options: SignalOption): Promise<Located> {
		const trace = createTrace();
		const noted: TracedInput[] = [];
		const { settings = { patches: [] } } = request;
		const input: RenderInput = {
			tree: trace.wrap(await request.tree(request.repository, request.ref, options), request.ref),
			path: joinPath("", request.path, `spec.path of ${request.application}`),
			values: request.values ?? {},
			template: request.values !== undefined,
			application: request.application,
			environment: request.environment,
			target: request.target,
			namespace: request.defaultNamespace,
			settings,
			places,
			note: (each) => noted.push(each),
			other: async (repository, ref, signals) => trace.wrap(await request.tree(repository, ref, signals), ref),
			...options,
		};
		const { located: files, warnings } = await read(input);
		const document = `Application ${request.application}`;
		const patched = applyPatches(files, settings.patches, { place: (path) => ({ file: document, key: pathText(path) }) });
		const isClusterScoped = request.target === "host" ? () => false : clusterScope(patched.map(({ object }) => object));
		const named = patched.map((each) => withNamespace(each, request.defaultNamespace, isClusterScoped(each.object)));
		const located = addProcessInputs(await resolveSources(named, input));
		const known = kinds(request.target);
		if (known !== undefined) checkKinds(located, known, request.target);
		checkUnique(located);
		return { located, warnings, inputs: [...trace.inputs(), ...noted] };
	}

	return {
		async render(request, options = {}) {
			const { located, warnings, inputs } = await renderAll(request, false, options);
			return { objects: located.map(({ object }) => object), warnings, inputs };
		},
		async locate(request, key, field, options = {}) {
			const { located } = await renderAll(request, true, options);
			const found = findObject(located, key);
			if (found === undefined) return undefined;
			const path = field === undefined ? [] : fieldPath(field);
			return found.locate === undefined ? found.place(path) : found.locate(path);
		},
		async current(input, settings, options = {}) {
			for (const { current } of renderers) {
				const oid = await current?.(input, settings, options);
				if (oid !== undefined) return oid;
			}
			return null;
		},
	};
}

interface Located {
	readonly located: readonly LocatedObject[];
	readonly warnings: readonly string[];
	readonly inputs: readonly TracedInput[];
}

function noChart(input: RenderInput): AppError {
	return new AppError(`${input.path} holds no Helm chart: there is no Chart.yaml, but the Application has spec.helm`, {
		code: "ChartMissing",
		kind: "invalid",
		place: { file: input.path },
		hint: "Correct spec.path, name a chart in spec.helm.chart, or remove spec.helm.",
	});
}

/** The Object of a key; where the target knows better than the render which namespace it has, by all but that. */
function findObject(located: readonly LocatedObject[], key: ObjectKey): LocatedObject | undefined {
	const exact = located.find(({ object }) => keyOf(refOf(object)) === key);
	if (exact !== undefined) return exact;
	const bare = keyOf({ ...parseKey(key), namespace: "" });
	return located.find(({ object }) => keyOf({ ...refOf(object), namespace: "" }) === bare);
}

function withNamespace(located: LocatedObject, namespace: string, isClusterScoped: boolean): LocatedObject {
	const { object } = located;
	const { namespace: own, ...metadata } = object.metadata;
	if (isClusterScoped) return own === undefined ? located : { ...located, object: { ...object, metadata } };
	return own === undefined ? { ...located, object: { ...object, metadata: { ...metadata, namespace } } } : located;
}

/** Every Object against the schema of its kind, with all problems at once. */
function checkKinds(objects: readonly LocatedObject[], kinds: readonly ObjectKind[], target: string): void {
	const problems = objects.flatMap((located) => {
		const { object } = located;
		const kind = kinds.find((each) => each.apiVersion === object.apiVersion && each.kind === object.kind);
		if (kind === undefined) {
			const names = kinds.map((each) => each.kind);
			const near = nearest(object.kind, names);
			const isVersion = names.includes(object.kind);
			return [
				{
					place: located.place([isVersion ? "apiVersion" : "kind"]),
					message: `${object.apiVersion} ${object.kind} is not known to a target of kind ${target}`,
					hint: isVersion
						? `Use apiVersion ${kinds.find((each) => each.kind === object.kind)?.apiVersion ?? ""}.`
						: near === undefined
							? `Known kinds: ${names.join(", ")}.`
							: `Did you mean ${near}?`,
				},
			];
		}
		const parsed = kind.schema.safeParse(object);
		if (parsed.success) return [];
		return explainIssues(parsed.error.issues, { value: object, place: located.place }, kind.schema);
	});
	if (problems.length > 0) throw problemsError(problems, "ManifestInvalid");
}

function checkUnique(objects: readonly LocatedObject[]): void {
	const seen = new Map<string, LocatedObject>();
	for (const located of objects) {
		const key = keyOf(refOf(located.object));
		const other = seen.get(key);
		if (other !== undefined) {
			const first = other.place(["metadata", "name"]);
			throw invalidAt(
				located.place(["metadata", "name"]),
				`there are two of ${key}: the other stands at ${first.file}:${first.line ?? 1}`,
				"ObjectTwice",
				"Rename or remove one of them.",
			);
		}
		seen.set(key, located);
	}
}
