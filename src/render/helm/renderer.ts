import { AppError } from "../../core/app-error.ts";
import type { ChartSource, HelmSettings } from "../../core/documents/helm.ts";
import { helmSchema } from "../../core/documents/helm.ts";
import type { SecretSource } from "../../core/documents/repository.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { RunResult } from "../../lib/exec/run.ts";
import type { Secret } from "../../lib/secret.ts";
import type { Slots } from "../../lib/slots.ts";
import type { Renderer, RenderInput } from "../../ports/renderer.ts";
import type { RenderSettings, TracedInput } from "../../ports/rendering.ts";
import type { SignalOption } from "../../ports/repository.ts";
import { invalidAt } from "../located.ts";
import { joinPath } from "../paths.ts";
import { readText } from "../plain/text.ts";
import { readOutput } from "../program/output.ts";
import type { Output, Outputs } from "../program/outputs.ts";
import type { Scratch } from "../program/scratch.ts";
import type { Tool } from "../program/tool.ts";
import { collectChart } from "./chart-files.ts";
import { type ChartRequest, type Charts, isPinned } from "./charts.ts";
import { helmHomes } from "./environment.ts";
import type { ChartLogin } from "./pull.ts";

export interface HelmOptions {
	readonly helm: Tool;
	readonly slots: Slots;
	readonly scratch: Scratch;
	readonly outputs: Outputs;
	readonly charts: Charts;
	/** Reads a secret where a document says it stands. */
	readonly credentials: (source: SecretSource) => Promise<Secret>;
}

/** What is rendered: files of a chart, or one archive, and what a file of the output is called in errors. */
interface Subject {
	readonly files: ReadonlyMap<string, Buffer | string>;
	/** The chart in the run's folder. */
	readonly chart: string;
	readonly fileOf: (source: string) => string;
}

const noSettings: HelmSettings = helmSchema.parse({});

/** Renders Helm charts through `helm template`, which asks no cluster: `lookup` finds nothing. */
export function createHelmRenderer({ helm, slots, scratch, outputs, charts, credentials }: HelmOptions): Renderer {
	async function loginOf(source: ChartSource): Promise<ChartLogin | undefined> {
		const { credentials: given } = source;
		if (given === undefined) return undefined;
		return "token" in given
			? { username: "token", password: await credentials(given.token) }
			: { username: given.basic.username, password: await credentials(given.basic.password) };
	}

	async function fetch(input: RenderInput, request: ChartRequest): Promise<{ readonly version: string; readonly archive: Buffer }> {
		const { version, digest, archive } = await charts.get(request, input);
		input.note({ repository: request.repository, ref: request.version, path: request.name, oid: digest });
		return { version, archive };
	}

	async function fromAddress(input: RenderInput, source: ChartSource): Promise<Subject> {
		const { repository, name, version, plainHttp } = source;
		const fetched = await fetch(input, { repository, name, version, plainHttp, login: await loginOf(source) });
		return {
			files: new Map([["chart.tgz", fetched.archive]]),
			chart: "chart.tgz",
			fileOf: (file) => `${name}-${fetched.version} of ${repository}: ${file}`,
		};
	}

	async function fromTree(input: RenderInput, settings: HelmSettings): Promise<Subject> {
		const files = await collectChart(input, input.path, async ({ repository, name, version, place }) => {
			if (!settings.fetchDependencies)
				throw invalidAt(
					place(),
					`${name} is not in the charts folder, and is not fetched from ${repository}`,
					"DependencyNotAllowed",
					"Put it there by `helm dependency build`, or set spec.helm.fetchDependencies of the Application.",
				);
			return (await fetch(input, { repository, name, version, plainHttp: false, login: undefined })).archive;
		});
		const inChart = new Map([...files].map(([path, content]) => [`chart/${path}`, content]));
		const prefix = input.path === "" ? "" : `${input.path}/`;
		return { files: inChart, chart: "chart", fileOf: (file) => `${prefix}${file}` };
	}

	async function template(input: RenderInput, settings: HelmSettings, subject: Subject): Promise<Output> {
		const values = await valuesOf(input, settings);
		const release = settings.releaseName ?? releaseOf(input.application);
		const args = [
			"template",
			...["--namespace", settings.namespace ?? input.namespace],
			...(settings.includeCRDs ? ["--include-crds"] : ["--skip-crds"]),
			...(settings.skipTests ? ["--skip-tests"] : []),
			...(settings.kubeVersion === undefined ? [] : ["--kube-version", settings.kubeVersion]),
			...settings.apiVersions.flatMap((version) => ["--api-versions", version]),
			...[...values.keys()].flatMap((file) => ["--values", file]),
			...["--", release, `./${subject.chart}`],
		];
		const files = new Map([...subject.files, ...values]);
		return outputs(["helm", ...args], files, () => scratch(files, (folder) => runTemplate(input, args, folder)));
	}

	async function runTemplate(input: RenderInput, args: readonly string[], folder: string): Promise<RunResult> {
		try {
			// No host is asked: what a template could make helm fetch finds a proxy that is none.
			const env = { ...helmHomes(folder), HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" };
			return await slots(() => helm(args, { title: `helm template ${input.path}`, cwd: folder, env, signal: input.signal }), input);
		} catch (error) {
			throw error instanceof ExecError && error.facts.cause === "failed" ? failure(error, input, folder) : error;
		}
	}

	return {
		name: "helm",
		detect: async ({ tree, path, settings, ...options }) =>
			settings.helm?.chart !== undefined || (await tree.oid(path === "" ? "Chart.yaml" : `${path}/Chart.yaml`, options)) !== undefined,
		async render(input) {
			const settings = input.settings.helm ?? noSettings;
			const subject = await (settings.chart === undefined ? fromTree(input, settings) : fromAddress(input, settings.chart));
			const { stdout, stderr } = await template(input, settings, subject);
			const warnings = stderr.split("\n").flatMap((line) => /(?:^|\s)(?:WARNING: |warning: )(.*)/u.exec(line)?.slice(1) ?? []);
			const fileOf = (document: string): string => {
				const [, source = ""] = /^# Source: [^/\n]*\/(.*)$/mu.exec(document) ?? [];
				return source === "" ? input.path : subject.fileOf(source.trim());
			};
			const objects = readOutput(stdout.toString("utf8"), { program: "helm", fileOf, warn: (message) => warnings.push(message) });
			return { objects: objects.map((each) => ({ ...each, locate: async () => ({ file: each.file }) })), warnings };
		},
		async current(input: TracedInput, { helm: settings }: RenderSettings, options: SignalOption = {}) {
			const { repository, ref: version, path: name, oid } = input;
			if (isPinned(version)) return oid;
			const source = settings?.chart;
			const isOwn = source?.repository === repository && source.name === name && source.version === version;
			const request = { repository, name, version, plainHttp: isOwn && source.plainHttp };
			return charts.digest({ ...request, login: isOwn ? await loginOf(source) : undefined }, options);
		},
	};
}

/** Files of values by their names in the run's folder, in their order: those of the Repository, then the Application's own. */
async function valuesOf(input: RenderInput, settings: HelmSettings): Promise<ReadonlyMap<string, string>> {
	const files = new Map<string, string>();
	const options = input.signal === undefined ? {} : { signal: input.signal };
	for (const [index, entry] of settings.valuesFiles.entries()) {
		const { path: relative, optional } = typeof entry === "string" ? { path: entry, optional: false } : entry;
		const path = joinPath(input.path, relative, `spec.helm.valuesFiles[${index}] of ${input.application}`);
		if ((await input.tree.oid(path, options)) !== undefined) files.set(`values-${index}.yaml`, await readText(input.tree, path, options));
		else if (!optional)
			throw new AppError(`${path} does not exist, and spec.helm.valuesFiles[${index}] names it`, {
				code: "ValuesMissing",
				kind: "invalid",
				place: { file: path },
				hint: "Push it, correct the path, or say `optional: true`.",
			});
	}
	if (Object.keys(input.values).length > 0) files.set("values.json", JSON.stringify(input.values));
	return files;
}

/** The name of a release has 53 characters at most. */
function releaseOf(application: string): string {
	return application.slice(0, 53).replace(/-+$/u, "");
}

/** What helm says, with paths as they are in the Repository. */
function failure(error: ExecError, { path }: RenderInput, folder: string): AppError {
	const said = error.facts.stderr
		.replaceAll(`${folder}/`, "")
		.replace(/^Error: /mu, "")
		.replace(/\n+Use --debug flag to render out invalid YAML\s*/u, "")
		.trim();
	// helm names templates from the chart's own name on: `at (shop/templates/web.yaml:3:4)`, `YAML parse error on shop/templates/web.yaml`.
	const found = /(?:at \(<?|error on )[^\s/:()]+\/(?<file>[^\s:()]+)(?::(?<line>\d+))?/u.exec(said)?.groups;
	const prefix = path === "" ? "" : `${path}/`;
	const line = found?.["line"];
	return new AppError(`${path}: helm cannot render it: ${said === "" ? error.message : said}`, {
		code: "HelmFailed",
		kind: "invalid",
		place: {
			file: found?.["file"] === undefined ? path : `${prefix}${found["file"]}`,
			...(line === undefined ? {} : { line: Number(line) }),
		},
		cause: error,
	});
}
