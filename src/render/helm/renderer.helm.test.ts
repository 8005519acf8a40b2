import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { programPath } from "../../../test/kubernetes/programs.ts";
import { oracle, sorted, temporaryFolder } from "../../../test/render/oracle.ts";
import { applicationSchema } from "../../core/documents/application.ts";
import type { RenderRequest } from "../../ports/rendering.ts";
import { errorOf, renderingWith, requestOf } from "../fixture.ts";

const program = programPath("helm");

/** A chart with what charts have: values, helpers, hooks, tests, CRDs, files. */
const chart: Readonly<Record<string, string>> = {
	"app/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: '7'\n",
	"app/values.yaml": "replicas: 1\nlabels: {tier: front, mode: 'yes'}\nsidecar: {enabled: false}\n",
	"app/.helmignore": "*.bak\n",
	"app/templates/old.yaml.bak": '{{ fail "ignored" }}',
	"app/files/app.ini": "[a]\nb=1\n",
	"app/crds/crd.yaml":
		"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\nspec: {group: example.com, scope: Cluster, names: {kind: Thing, plural: things}}\n",
	"app/templates/_helpers.tpl": '{{ define "name" }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}',
	"app/templates/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "name" . }}
  namespace: {{ .Release.Namespace }}
  labels: {{ toJson .Values.labels }}
  annotations:
spec:
  replicas: {{ .Values.replicas }}
{{- if .Capabilities.APIVersions.Has "example.com/v1" }}
  paused: yes
{{- end }}
  minReadySeconds: {{ .Capabilities.KubeVersion.Minor }}
`,
	"app/templates/more.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: conf
data: {{ (.Files.Glob "files/*").AsConfig | nindent 2 }}
---
{{ if .Values.sidecar.enabled }}
apiVersion: v1
kind: ConfigMap
metadata: {name: sidecar, annotations: {look: {{ lookup "v1" "Secret" "x" "y" | toJson | quote }}}}
{{ end }}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: thing}
`,
	"app/templates/hook.yaml":
		'apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, annotations: {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "-5"}}\n',
	"app/templates/tests/test.yaml": 'apiVersion: v1\nkind: Pod\nmetadata: {name: test, annotations: {"helm.sh/hook": test}}\n',
};

function settings(spec: object): Partial<RenderRequest> {
	const document = { apiVersion: "gitward.dev/v1", kind: "Application", metadata: { name: "shop" } };
	const parsed = applicationSchema.parse({ ...document, spec: { repository: "env", path: "app", environment: "dev", ...spec } });
	return { settings: parsed.spec, values: parsed.spec.values };
}

async function render(files: Readonly<Record<string, string>>, more: Partial<RenderRequest> = {}) {
	const rendering = renderingWith({ folder: await temporaryFolder(), programs: { helm: program } });
	return rendering.render(requestOf(files, { target: "kubernetes", defaultNamespace: "x", ...more }));
}

/** What helm itself prints, with the namespace that an apply would give to what has none. */
async function expected(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
	const objects = await oracle(program, ["template", "shop", "app", "--namespace", "x", "--include-crds", "--skip-tests", ...args], files);
	return objects.map((object) => {
		const { annotations, ...metadata } = object.metadata;
		const isCluster = ["CustomResourceDefinition", "Thing"].includes(object.kind);
		// A null is nothing, for helm as for an API server.
		return {
			...object,
			metadata: { ...(isCluster ? {} : { namespace: "x" }), ...metadata, ...(annotations === null ? {} : { annotations }) },
		};
	});
}

function plain(objects: Awaited<ReturnType<typeof render>>["objects"]): unknown {
	return sorted(objects).map(({ metadata, ...object }) => ({ ...object, metadata: Object.fromEntries(Object.entries(metadata)) }));
}

describe("helm", () => {
	it("renders a chart in Git as helm template does, with hooks and definitions and without tests", async () => {
		const { objects } = await render(chart);
		const wanted = (await expected(chart)).map(({ metadata, ...object }) => ({
			...object,
			metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined)),
		}));
		expect(objects.map(({ kind }) => kind).sort()).toEqual(["ConfigMap", "CustomResourceDefinition", "Deployment", "Job", "Thing"]);
		expect(plain(objects)).toEqual(sorted(wanted as unknown as typeof objects));
	});

	it("lays values files over each other and the Application's values over all", async () => {
		const files = {
			...chart,
			"values/base.yaml": "replicas: 2\nlabels: {a: b}\n",
			"app/values-dev.yaml": "replicas: 3\nlabels: {mode: 'no'}\n",
		};
		const { objects, inputs } = await render(
			files,
			settings({
				values: { sidecar: { enabled: true }, labels: { tier: "${{ x }}" } },
				helm: {
					valuesFiles: ["../values/base.yaml", "values-dev.yaml", { path: "../values/absent.yaml", optional: true }],
					kubeVersion: "1.31.0",
					apiVersions: ["example.com/v1"],
					releaseName: "other",
				},
			}),
		);
		const web = objects.find(({ kind }) => kind === "Deployment");
		expect(web?.metadata).toEqual({ name: "other-shop", namespace: "x", labels: { a: "b", mode: "no", tier: "${{ x }}" } });
		expect(web?.["spec"]).toEqual({ replicas: 3, paused: true, minReadySeconds: 31 });
		expect(objects.find(({ metadata }) => metadata.name === "sidecar")?.metadata.annotations).toEqual({ look: "{}" });
		expect(inputs.map(({ path, oid }) => [path, oid === null])).toEqual(
			expect.arrayContaining([
				["values/base.yaml", false],
				["values/absent.yaml", true],
				["app", false],
			]),
		);
	});

	it("leaves definitions out, or takes tests in, where that is said", async () => {
		const { objects } = await render(chart, settings({ helm: { includeCRDs: false, skipTests: false } }));
		expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["Pod"]));
		expect(objects.map(({ kind }) => kind)).not.toContain("CustomResourceDefinition");
	});

	it("takes dependencies from the charts folder and from beside", async () => {
		const files = {
			"app/Chart.yaml":
				"apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: lib, version: 1.0.0, repository: 'file://../lib'}\n- {name: own, version: 1.0.0, repository: 'https://example.com'}\n",
			"app/charts/own/Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\n",
			"app/charts/own/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n",
			"app/templates/a.yaml": '{{ include "lib.cm" "main" }}\n',
			"lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
			"lib/templates/_cm.tpl":
				'{{ define "lib.cm" }}{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": {{ . | quote }}}}{{ end }}',
		};
		const { objects, inputs } = await render(files);
		expect(objects.map(({ metadata }) => metadata.name).sort()).toEqual(["main", "own"]);
		expect(inputs.map(({ path }) => path)).toContain("lib");
	});

	it("applies the Application's patches after it", async () => {
		const { objects } = await render(
			chart,
			settings({
				patches: [
					{ target: { kind: "Deployment" }, merge: { spec: { replicas: 9 } } },
					{ target: { kind: "ConfigMap", name: "conf" }, json: [{ op: "add", path: "/data/x", value: "y" }] },
					{ target: { kind: "Job" }, merge: { $patch: "delete" } },
				],
			}),
		);
		expect(objects.find(({ kind }) => kind === "Deployment")?.["spec"]).toMatchObject({ replicas: 9 });
		expect(objects.find(({ kind }) => kind === "ConfigMap")?.["data"]).toEqual({ "app.ini": "[a]\nb=1\n", x: "y" });
		expect(objects.some(({ kind }) => kind === "Job")).toBe(false);
	});

	it("keeps what a chart says twice, with a warning", async () => {
		const { objects, warnings } = await render({
			"app/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
			"app/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {secret: alpha, secret: beta}\n",
		});
		expect(objects[0]?.["data"]).toEqual({ secret: "beta" });
		expect(warnings.join()).toContain("app/templates/a.yaml: a key stands twice");
		expect(warnings.join()).not.toMatch(/alpha|beta/u);
	});

	it.each([
		["templates that fail", { "app/templates/z.yaml": 'a: 1\n{{ fail "not this way" }}' }, {}, "HelmFailed", "app/templates/z.yaml"],
		["what is no YAML", { "app/templates/z.yaml": "a: b: c" }, {}, "HelmFailed", "app/templates/z.yaml"],
		["what is no Object", { "app/templates/z.yaml": "a: b" }, {}, "ManifestInvalid", "app/templates/z.yaml"],
		["a missing values file", {}, { helm: { valuesFiles: ["no.yaml"] } }, "ValuesMissing", "app/no.yaml"],
		["a values file outside", {}, { helm: { valuesFiles: ["../../no.yaml"] } }, "PathOutsideTree", undefined],
		[
			"a dependency that is not there",
			{
				"app/Chart.yaml":
					"apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: b, version: 1.x, repository: https://example.com}]\n",
			},
			{},
			"DependencyNotAllowed",
			"app/Chart.yaml",
		],
		[
			"a dependency outside",
			{ "app/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: b, version: 1.x, repository: 'file:///etc'}]\n" },
			{},
			"PathOutsideTree",
			"app/Chart.yaml",
		],
		[
			"the alias of a repository",
			{ "app/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: b, version: 1.x, repository: '@stable'}]\n" },
			{ helm: { fetchDependencies: true } },
			"ChartAddressInvalid",
			"app/Chart.yaml",
		],
	])("says what is wrong with %s", async (_name, files, spec, code, file) => {
		const error = await errorOf(render({ ...chart, ...files }, settings(spec)));
		expect([error.code, error.kind, error.place?.file]).toEqual([code, "invalid", file ?? error.place?.file]);
		expect(error.message).not.toContain("gitward-render-");
	});

	it("says that a folder without a chart is none", async () => {
		const error = await errorOf(render({ "app/a.yaml": "{}" }, settings({ helm: {} })));
		expect(error.code).toBe("ChartMissing");
	});

	it("tells which template an Object came from", async () => {
		const folder = await temporaryFolder();
		const rendering = renderingWith({ folder, programs: { helm: program } });
		const request = requestOf(chart, { target: "kubernetes", defaultNamespace: "x" });
		expect(await rendering.locate(request, "Deployment.apps/x/shop-shop", "spec.replicas")).toMatchObject({
			file: "app/templates/web.yaml",
		});
		expect(await rendering.locate(request, "Deployment.apps/x/none", undefined)).toBeUndefined();
		expect(await readdir(join(folder, "runs"))).toEqual([]);
	});
});
