import { dirname } from "node:path";
import { expect, it } from "vitest";
import { programPath } from "../kubernetes/programs.ts";
import { chartRepository, packChart } from "../render/chart-servers.ts";
import { createWorld, documents } from "./world.ts";

const file = "apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: page}\nspec: {content: hello}\n";

it("brings charts and kustomizations to a target, and renders none again that did not change", async () => {
	process.env["PATH"] = [dirname(programPath("helm")), dirname(programPath("kustomize")), process.env["PATH"]].join(":");
	const charts = await chartRepository();
	const template = "apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: page}\nspec: {content: {{ .Values.text | quote }}}\n";
	await charts.publish(await packChart("page", "1.0.0", { "templates/a.yaml": template, "values.yaml": "text: chart\n" }));
	const world = await createWorld();
	const chart = { repository: charts.url, name: "page", version: "^1.0" };
	await world.repository.push({
		"overlay/kustomization.yaml": "resources: [../base]\n",
		"base/kustomization.yaml": "resources: [page.yaml]\n",
		"base/page.yaml": file,
		"chart/values.yaml": "text: from Git\n",
	});
	const applications = {
		overlay: { patches: [{ target: { kind: "File" }, merge: { spec: { content: "patched" } } }] },
		chart: { helm: { chart, valuesFiles: ["values.yaml"] } },
	};
	await world.control({ "all.yaml": documents(world.repository.url, applications) });
	await world.start();
	await world.until(
		"both are there",
		async () => (await world.live("overlay/page")) === "patched" && (await world.live("chart/page")) === "from Git",
	);
	for (const name of Object.keys(applications)) await world.settled(name);
	expect(world.engine().counters.renders).toBe(2);

	await world.repository.push({ "base/page.yaml": file.replace("hello", "new"), "unrelated.txt": "x" });
	await world.control({ "all.yaml": documents(world.repository.url, { ...applications, overlay: {} }) });
	await world.until("the base counts", async () => (await world.live("overlay/page")) === "new");

	await world.stop();
	await world.start();
	for (const name of Object.keys(applications)) await world.settled(name);
	expect(world.engine().counters.renders).toBe(0);
	expect(await world.live("chart/page")).toBe("from Git");
});

it("keeps what a chart gave while its repository is away", async () => {
	process.env["PATH"] = [dirname(programPath("helm")), process.env["PATH"]].join(":");
	const charts = await chartRepository();
	const template = "apiVersion: host.gitward.dev/v1\nkind: File\nmetadata: {name: page}\nspec: {content: chart}\n";
	await charts.publish(await packChart("page", "1.0.0", { "templates/a.yaml": template }));
	const world = await createWorld();
	await world.repository.push({ "chart/readme.md": "" });
	const helm = { chart: { repository: charts.url, name: "page", version: ">=1" } };
	await world.control({ "all.yaml": documents(world.repository.url, { chart: { helm } }) });
	await world.start();
	await world.until("it is there", async () => (await world.live("chart/page")) === "chart");
	await world.settled("chart");
	await world.stop();
	charts.fail(503);
	const before = charts.requests.length;
	await world.start();
	await world.settled("chart");
	await world.until("it was asked for news", () => charts.requests.length > before);
	await world.settled("chart");
	expect(world.application("chart").sync).toBe("Synced");
	expect(await world.live("chart/page")).toBe("chart");
});
