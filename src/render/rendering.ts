import { explainIssues } from "../core/documents/explain.ts";
import { nearest } from "../core/documents/nearest.ts";
import { problemsError } from "../core/documents/problem.ts";
import { pathText } from "../core/documents/read-yaml.ts";
import { keyOf, refOf } from "../core/object.ts";
import { createExpressionRunner } from "../lib/cel/expression-runner.ts";
import type { ObjectKind } from "../ports/driver.ts";
import type { Renderer, RenderInput } from "../ports/renderer.ts";
import type { Rendered, Rendering, RenderRequest } from "../ports/rendering.ts";
import type { SignalOption } from "../ports/repository.ts";
import { addProcessInputs } from "./host/inputs.ts";
import { resolveSources } from "./host/sources.ts";
import { invalidAt, type LocatedObject } from "./located.ts";
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
			if (!(await renderer.detect(input.tree, input.path, input))) continue;
			const { objects, warnings } = await renderer.render(input);
			const place: LocatedObject["place"] = (path) => ({ file: input.path, key: pathText(path) });
			return { located: objects.map((object) => ({ object, file: input.path, place })), warnings };
		}
		return { located: await renderPlain(input, runner), warnings: [] };
	}

	return {
		async render(request: RenderRequest, options: SignalOption = {}): Promise<Rendered> {
			const trace = createTrace();
			const input: RenderInput = {
				tree: trace.wrap(await request.tree(request.repository, request.ref, options), request.ref),
				path: request.path,
				values: request.values ?? {},
				template: request.values !== undefined,
				application: request.application,
				environment: request.environment,
				target: request.target,
				other: async (repository, ref, signals) => trace.wrap(await request.tree(repository, ref, signals), ref),
				...options,
			};
			const { located: files, warnings } = await read(input);
			const named = files.map((each) => withNamespace(each, request.defaultNamespace));
			const located = addProcessInputs(await resolveSources(named, input));
			const known = kinds(request.target);
			if (known !== undefined) checkKinds(located, known, request.target);
			checkUnique(located);
			return { objects: located.map(({ object }) => object), warnings, inputs: trace.inputs() };
		},
	};
}

function withNamespace(located: LocatedObject, namespace: string): LocatedObject {
	const { object } = located;
	if (object.metadata.namespace !== undefined) return located;
	return { ...located, object: { ...object, metadata: { ...object.metadata, namespace } } };
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
