import { load } from "js-yaml";
import { expect, it } from "vitest";
import { programPath } from "../../../test/kubernetes/programs.ts";
import { oracle } from "../../../test/render/oracle.ts";
import { kubernetesSchema } from "./kubernetes-schema.ts";

/** Scalars about which readers of YAML disagree. */
const scalars =
	`yes Yes YES y Y yES no n N off Off on ON true True tRUE false FALSE 0644 -0644 +0644 0o644 0O17 0888 08 09.5 00 0 -0 0x1F 0X1F 0xg 0b101
-0b1 1_000 1__0 _1 1_ +12 -12 1:30 22:22 190:20:30 1e3 1E3 1e+3 1e 1.5 .5 -.5 +.5 1. 1.e1 1.2.3 12e03 1_0.5 ._5 2001-12-14 2001-12-14T21:59:43Z ~ null
Null nULL NULL "yes" '0644' "" 9007199254740991 1.0 100m 1Gi 0.10 1.10 v1 - = <`
		.split(/\s+/u)
		.filter((scalar) => scalar !== "");

it("reads scalars as the libraries of Kubernetes do", async () => {
	const text = scalars.map((scalar, index) => `k${index}: ${scalar === "-" ? '"-"' : scalar}\n`).join("");
	const template = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {json: {{ omit .Values "global" | toJson | quote }}}\n`;
	// Helm reads a file of values by the library with which an API server reads manifests, sigs.k8s.io/yaml.
	const [object] = await oracle(programPath("helm"), ["template", "a", "app"], {
		"app/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
		"app/values.yaml": text,
		"app/templates/a.yaml": template,
	});
	const { json = "" } = (object?.["data"] ?? {}) as { readonly json?: string };
	const given = JSON.parse(json) as Readonly<Record<string, unknown>>;
	const own = load(text, { schema: kubernetesSchema }) as Readonly<Record<string, unknown>>;
	const compare = (values: Readonly<Record<string, unknown>>) => scalars.map((scalar, index) => [scalar, values[`k${index}`] ?? null]);
	expect(compare(own)).toEqual(compare(given));
});
