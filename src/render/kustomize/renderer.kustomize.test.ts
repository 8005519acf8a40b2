import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { programPath } from "../../../test/kubernetes/programs.ts";
import { oracle, sorted, temporaryFolder } from "../../../test/render/oracle.ts";
import type { Rendering, RenderRequest } from "../../ports/rendering.ts";
import { errorOf, renderingWith, requestOf, treeOf } from "../fixture.ts";

const program = programPath("kustomize");
const configMap = (name: string, data: object = { a: "1" }): string =>
	JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "x" }, data });
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: x
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1.0
          env: [{name: MODE, value: "yes"}]
`;

async function rendering(): Promise<{ readonly rendering: Rendering; readonly folder: string }> {
	const folder = await temporaryFolder();
	return { rendering: renderingWith({ folder, programs: { kustomize: program } }), folder: join(folder, "runs") };
}

const request: Partial<RenderRequest> = { target: "kubernetes", defaultNamespace: "x" };

async function render(files: Readonly<Record<string, string>>, more: Partial<RenderRequest> = {}) {
	return (await rendering()).rendering.render(requestOf(files, { ...request, ...more }));
}

const base = {
	"base/kustomization.yaml": "resources: [web.yaml, cm.yaml]\n",
	"base/web.yaml": deployment,
	"base/cm.yaml": configMap("cm"),
};

const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	"a base beside, prefix, labels, images and replicas": {
		...base,
		"app/kustomization.yml":
			"resources: [../base]\nnamePrefix: dev-\nlabels: [{pairs: {tier: front}, includeSelectors: true}]\nimages: [{name: nginx, newTag: '2.0'}]\nreplicas: [{name: web, count: 3}]\n",
	},
	"patches of all ways": {
		...base,
		"app/Kustomization": `resources: [../base]
patches:
  - path: ../shared/replicas.yaml
  - target: {kind: Deployment}
    patch: |-
      - {op: add, path: /metadata/annotations, value: {is: "yes"}}
  - path: ops.yaml
    target: {kind: ConfigMap, name: cm}
patchesStrategicMerge:
  - |-
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: cm, namespace: x}
    data: {b: "2"}
`,
		"app/ops.yaml": "- {op: replace, path: /data/a, value: '9'}\n",
		"shared/replicas.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: x}\nspec: {replicas: 7}\n",
	},
	"generators with files beside and below, and env files": {
		"app/kustomization.yaml": `namespace: x
configMapGenerator:
  - name: conf
    files: [conf/app.ini, other.ini=../shared/app.ini, ../shared/plain.txt]
    envs: [../shared/a.env]
    literals: [k=v]
secretGenerator:
  - name: keys
    env: secret.env
    options: {disableNameSuffixHash: true}
`,
		"app/conf/app.ini": "[a]\nb=1\n",
		"app/secret.env": "TOKEN=é\u0085x\n",
		"shared/app.ini": "shared",
		"shared/plain.txt": "plain",
		"shared/a.env": "A=1\n# no\nB=2\n",
	},
	"components, replacements and plugins in files, folders and in place": {
		...base,
		"app/kustomization.yaml": `resources: [../base, own]
components: [../component]
replacements:
  - path: ../shared/replacement.yaml
  - source: {kind: ConfigMap, name: cm, fieldPath: data.a}
    targets: [{select: {kind: Deployment}, fieldPaths: [metadata.annotations.from], options: {create: true}}]
transformers:
  - label.yaml
  - ../shared/annotate
  - |-
    apiVersion: builtin
    kind: PrefixTransformer
    metadata: {name: p}
    prefix: in-
    fieldSpecs: [{path: metadata/name}]
generators: [generate.yaml]
`,
		"app/own/kustomization.yaml": "resources: [cm.yaml]\n",
		"app/own/cm.yaml": configMap("own"),
		"app/label.yaml":
			"apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {l: 'on'}\nfieldSpecs: [{path: metadata/labels, create: true}]\n",
		"app/generate.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: made, namespace: x}\nfiles: [data.txt]\n",
		"app/data.txt": "text",
		"component/kustomization.yaml":
			"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: p.yaml, target: {kind: Deployment}}]\n",
		"component/p.yaml": "- {op: add, path: /spec/paused, value: true}\n",
		"shared/replacement.yaml":
			"source: {kind: ConfigMap, name: own, fieldPath: data.a}\ntargets: [{select: {kind: Deployment}, fieldPaths: [metadata.annotations.own], options: {create: true}}]\n",
		"shared/annotate/kustomization.yaml": "resources: [a.yaml]\n",
		"shared/annotate/a.yaml":
			"apiVersion: builtin\nkind: AnnotationsTransformer\nmetadata: {name: a}\nannotations: {x: 'yes'}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n",
	},
	"scalars as Kubernetes reads them": {
		"app/kustomization.yaml": "resources: [a.yaml]\n",
		"app/a.yaml": `apiVersion: example.com/v1
kind: Scalars
metadata: {name: a, namespace: x}
spec: {a: yes, b: off, c: 0644, d: "yes", e: 1e3, f: 012, g: 0x1F, h: 1_000, i: 22:22, j: ~, k: "on", l: 0o17, m: 2001-12-14, n: .5, o: y}
---
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: x}}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: two, namespace: x}}
`,
	},
};

describe("kustomize", () => {
	it.each(Object.entries(cases))("renders as kustomize itself: %s", async (_name, files) => {
		const expected = await oracle(program, ["build", "--load-restrictor=LoadRestrictionsNone", "app"], files);
		const { objects, warnings } = await render(files);
		if ("app/Kustomization" in files) expect(warnings.join()).toContain("'patchesStrategicMerge' is deprecated");
		expect(objects.length).toBeGreaterThan(0);
		expect(sorted(objects)).toEqual(sorted(expected));
	});

	it("notes what it read, and leaves nothing behind", async () => {
		const files = { ...base, "app/kustomization.yaml": "resources: [../base]\n", "base/unused.yaml": "x" };
		const { rendering: own, folder } = await rendering();
		const { inputs } = await own.render(requestOf(files, request));
		const tree = treeOf(files);
		const read = inputs.filter(({ oid }) => oid !== null).map(({ path }) => path);
		expect(read.sort()).toEqual(["app/kustomization.yaml", "base", "base/cm.yaml", "base/kustomization.yaml", "base/web.yaml"]);
		expect(inputs.find(({ path }) => path === "base/web.yaml")?.oid).toBe(await tree.oid("base/web.yaml"));
		expect(await readdir(folder)).toEqual([]);
	});

	it.each([
		["resources: [https://example.com/a.yaml]", "RemoteBase"],
		["resources: ['github.com/acme/base?ref=v1']", "RemoteBase"],
		["resources: ['git@example.com:acme/base.git']", "RemoteBase"],
		["resources: ['ssh://example.com/base']", "RemoteBase"],
		["resources: [../../outside]", "PathOutsideTree"],
		["resources: [/etc/passwd]", "PathOutsideTree"],
		["configMapGenerator: [{name: a, files: [/etc/passwd]}]", "PathOutsideTree"],
		["configMapGenerator: [{name: a, files: [k=/etc/passwd]}]", "PathOutsideTree"],
		["configMapGenerator: [{name: a, Files: [/etc/passwd]}]", "KustomizationInvalid"],
		["ConfigMapGenerator: [{name: a, files: [/etc/passwd]}]", "KustomizationInvalid"],
		["conf\u0131gMapGenerator: []\nre\u017Fources: [/etc/passwd]", "KustomizationInvalid"],
		["patches: [{path: /etc/passwd}]", "PathOutsideTree"],
		["openapi: {path: https://example.com/x}", "RemoteBase"],
		["crds: [nothing.yaml]", "PathMissing"],
		["bases: [empty]", "PathMissing"],
		["resources: [folder]", "KustomizationMissing"],
		["helmCharts: [{name: a, repo: https://example.com}]", "KustomizeHelm"],
		["generators: ['{apiVersion: builtin, kind: HelmChartInflationGenerator, metadata: {name: a}}']", "KustomizeHelm"],
		["generators: ['{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: a}, files: [/etc/passwd]}']", "PathOutsideTree"],
		["resources: [a, a]\nresources: [b]", "ManifestInvalid"],
		["- a", "KustomizationInvalid"],
		["nameprefix: [a]", "KustomizeFailed"],
	])("refuses %s", async (kustomization, code) => {
		const error = await errorOf(render({ "app/kustomization.yaml": kustomization, "app/folder/x.txt": "" }));
		expect([error.code, error.kind]).toEqual([code, "invalid"]);
		expect(error.message).toContain("app");
	});

	it("lets a plugin read nothing outside, however its configuration is made", async () => {
		const files = {
			"app/kustomization.yaml": "generators: [plugins]\n",
			"app/plugins/kustomization.yaml":
				"resources: [g.yaml]\npatches: [{target: {kind: ConfigMapGenerator}, patch: '[{op: add, path: /files, value: [/etc/passwd]}]'}]\n",
			"app/plugins/g.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\n",
		};
		const error = await errorOf(render(files));
		expect(error.code).toBe("KustomizeFailed");
		expect(error.message).not.toContain("root:");
	});

	it("gives a program nothing of its own environment", async () => {
		process.env["GITWARD_TEST_LEAK"] = "secret";
		const { objects } = await render({
			"app/kustomization.yaml": "configMapGenerator: [{name: a, envs: [a.env]}]\n",
			"app/a.env": "GITWARD_TEST_LEAK\nUSER\n",
		}).finally(() => delete process.env["GITWARD_TEST_LEAK"]);
		expect(objects[0]?.["data"]).toEqual({ GITWARD_TEST_LEAK: "", USER: "" });
	});

	it("says what kustomize says, with the paths of the Repository", async () => {
		const error = await errorOf(render({ ...base, "app/kustomization.yaml": "resources: [../base, ../base/cm.yaml]\n" }));
		expect(error.code).toBe("KustomizeFailed");
		expect(error.message).toMatch(/^app: kustomize cannot build it: .*cm/su);
		expect(error.message).not.toContain("gitward-render-");
	});

	it("tells the file and line that an Object came from, renamed or not", async () => {
		const files = {
			...base,
			"base/cm.yaml": `${configMap("cm")}\n---\n${configMap("cm-long")}\n`,
			"app/kustomization.yaml": "resources: [../base]\nnamePrefix: dev-\nconfigMapGenerator: [{name: made, literals: [a=b]}]\n",
		};
		const { rendering: own } = await rendering();
		const place = (key: string, field?: string) => own.locate(requestOf(files, request), key, field);
		expect(await place("Deployment.apps/x/dev-web", "spec.template.spec.containers[0].image")).toMatchObject({
			file: "base/web.yaml",
			line: 14,
			quote: "          image: nginx:1.0",
		});
		expect(await place("ConfigMap/x/dev-cm-long", "data.a")).toMatchObject({ file: "base/cm.yaml", line: 3 });
		expect(await place("ConfigMap/x/dev-cm")).toMatchObject({ file: "base/cm.yaml", line: 1 });
		expect(await place("ConfigMap/x/none")).toBeUndefined();
		const { objects } = await own.render(requestOf(files, request));
		expect(objects.some(({ metadata }) => metadata.annotations !== undefined)).toBe(false);
		const made = objects.find(({ metadata }) => metadata.name.startsWith("dev-made-"));
		expect(await place(`ConfigMap/x/${made?.metadata.name}`, "data.a")).toMatchObject({ file: "app/kustomization.yaml" });
	});

	it("says which program is missing", async () => {
		const folder = await temporaryFolder();
		const error = await errorOf(renderingWith({ folder }).render(requestOf({ "app/kustomization.yaml": "{}" }, request)));
		expect([error.code, error.kind]).toEqual(["ProgramMissing", "unavailable"]);
		expect(error.hint).toContain("kustomize 5.8.2");
	});
});
