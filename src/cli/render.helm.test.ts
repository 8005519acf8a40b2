import { dirname } from "node:path";
import { load, loadAll } from "js-yaml";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cli, createCli } from "../../test/cli/run-cli.ts";
import { programPath } from "../../test/kubernetes/programs.ts";
import { oracle, sorted, writeFiles } from "../../test/render/oracle.ts";
import type { DesiredObject } from "../core/object.ts";

const path = [dirname(programPath("helm")), dirname(programPath("kustomize")), process.env["PATH"]].join(":");
const files = {
	"repo/.git/HEAD": "",
	"repo/base/kustomization.yaml": "resources: [a.yaml]\n",
	"repo/base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: own}\ndata: {mode: 'yes'}\n",
	"repo/dev/kustomization.yaml": "resources: [../base]\nnamePrefix: dev-\n",
	"repo/chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
	"repo/chart/values.yaml": "replicas: 1\n",
	"repo/chart/templates/a.yaml":
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\nspec: {replicas: {{ .Values.replicas }}}\n",
	"repo/plain/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {on: x}\nimmutable: yes\n",
	"repo/host/a.yaml": "apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: page}\nspec: {content: hello, mode: '0644'}\n",
	"values.yaml": "replicas: 4\n",
	"control/all.yaml": [
		{ kind: "Repository", metadata: { name: "config" }, spec: { url: "./x" } },
		{ kind: "Environment", metadata: { name: "dev" }, spec: { target: { kubernetes: { namespace: "team" } } } },
		{
			kind: "Application",
			metadata: { name: "shop" },
			spec: {
				repository: "config",
				path: "chart",
				environment: "dev",
				values: { replicas: 2 },
				helm: { releaseName: "web" },
				patches: [{ target: { kind: "Deployment" }, merge: { metadata: { labels: { patched: "true" } } } }],
			},
		},
	]
		.map((document) => JSON.stringify({ apiVersion: "gitward.dev/v1", ...document }))
		.join("\n---\n"),
};

let cli: Cli;
beforeAll(async () => {
	cli = await createCli();
	await writeFiles(cli.home, files);
});
afterAll(() => cli.remove());

async function render(...args: readonly string[]): Promise<readonly DesiredObject[]> {
	const result = await cli.run(["render", ...args], { env: { PATH: path } });
	expect([result.code, result.err]).toEqual([0, ""]);
	return loadAll(result.out) as unknown as readonly DesiredObject[];
}

it("prints what kustomize builds of a path", async () => {
	expect(sorted(await render("repo/dev"))).toEqual(sorted(await oracle(programPath("kustomize"), ["build", "repo/dev"], files)));
});

it("prints what helm makes of a chart, with values and a namespace", async () => {
	const args = ["template", "shop", "repo/chart", "--namespace", "x", "--values", "values.yaml"];
	const objects = await render("repo/chart", "--application", "shop", "--namespace", "x", "--values", "values.yaml");
	expect(objects).toEqual(await oracle(programPath("helm"), args, files));
});

it("takes settings from control documents", async () => {
	expect(await render("repo", "--control", "control")).toEqual([
		{
			apiVersion: "apps/v1",
			kind: "Deployment",
			metadata: { name: "web", namespace: "team", labels: { patched: "true" } },
			spec: { replicas: 2 },
		},
	]);
});

it("reads plain manifests for the target that they are for", async () => {
	expect(await render("repo/plain")).toEqual([
		{
			...(load(files["repo/plain/a.yaml"]) as object),
			metadata: { name: "plain", namespace: "default" },
			data: { true: "x" },
			immutable: true,
		},
	]);
	expect((await render("repo/host", "--application", "page"))[0]?.metadata.namespace).toBe("page");
	const wrong = await cli.run(["render", "repo/plain", "--target", "host"]);
	expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("not known to a target of kind host")]);
});

it("says which program is missing", async () => {
	const missing = await cli.run(["render", "repo/dev"], { env: { PATH: "/nonexistent" } });
	expect([missing.code, missing.err]).toEqual([7, expect.stringContaining("The program kustomize is needed and was not found")]);
});
