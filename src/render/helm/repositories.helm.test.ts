import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { programPath } from "../../../test/kubernetes/programs.ts";
import { chartRepository, packChart } from "../../../test/render/chart-servers.ts";
import { temporaryFolder } from "../../../test/render/oracle.ts";
import { applicationSchema } from "../../core/documents/application.ts";
import type { SecretSource } from "../../core/documents/repository.ts";
import { Secret } from "../../lib/secret.ts";
import type { Rendering, RenderRequest } from "../../ports/rendering.ts";
import { errorOf, renderingWith, requestOf } from "../fixture.ts";

interface World {
	readonly rendering: Rendering;
	readonly folder: string;
	pass(ms: number): void;
}

async function world(): Promise<World> {
	const folder = await temporaryFolder();
	let now = 0;
	const rendering = renderingWith({
		folder,
		programs: { helm: programPath("helm") },
		now: () => now,
		credentials: async (source: SecretSource) => new Secret("env" in source ? source.env : source.file),
	});
	return { rendering, folder, pass: (ms) => (now += ms) };
}

function requestFor(helm: object, files: Readonly<Record<string, string>> = { "app/readme.md": "" }): RenderRequest {
	const document = { apiVersion: "gitward.dev/v1", kind: "Application", metadata: { name: "shop" } };
	const { spec } = applicationSchema.parse({ ...document, spec: { repository: "env", path: "app", environment: "dev", helm } });
	return requestOf(files, { target: "kubernetes", defaultNamespace: "x", settings: spec });
}

async function versionOf(rendering: Rendering, request: RenderRequest): Promise<unknown> {
	const { objects } = await rendering.render(request);
	return (objects[0]?.["data"] as { readonly version?: unknown } | undefined)?.version;
}

describe("a Helm repository", () => {
	it("is asked once for a version, whoever wants it, and never again after a restart", async () => {
		const repository = await chartRepository();
		await repository.publish(await packChart("web", "1.0.0"));
		const { rendering, folder } = await world();
		const request = requestFor({ chart: { repository: repository.url, name: "web", version: "1.0.0" } });
		await Promise.all([1, 2, 3].map(async () => expect(await versionOf(rendering, request)).toBe("1.0.0")));
		expect(repository.requests).toEqual(["/index.yaml", "/web-1.0.0.tgz"]);
		repository.fail(500);
		const again = renderingWith({ folder, programs: { helm: programPath("helm") } });
		const { objects, inputs } = await again.render(request);
		expect(objects.map(({ metadata }) => metadata)).toEqual([{ name: "web", namespace: "x" }]);
		const input = inputs.find(({ path }) => path === "web");
		expect(input).toMatchObject({ repository: repository.url, ref: "1.0.0", oid: expect.stringMatching(/^sha256:[0-9a-f]{64}$/u) });
		if (input === undefined || request.settings === undefined) throw new Error("no input");
		expect(await again.current(input, request.settings)).toBe(input.oid);
		expect(repository.requests).toHaveLength(2);
	});

	it("is asked again for a range when the answer is old, and what it meant before serves while it is away", async () => {
		const repository = await chartRepository();
		await repository.publish(await packChart("web", "1.0.0"));
		const { rendering, pass } = await world();
		const request = requestFor({ chart: { repository: repository.url, name: "web", version: "^1.0" } });
		const { inputs, objects } = await rendering.render(request);
		expect(objects[0]?.["data"]).toEqual({ version: "1.0.0" });
		await repository.publish(await packChart("web", "1.1.0"));
		await repository.publish(await packChart("web", "2.0.0"));
		const input = inputs.find(({ path }) => path === "web");
		if (input === undefined || request.settings === undefined) throw new Error("no input");
		expect(await rendering.current(input, request.settings)).toBe(input.oid);
		expect(await versionOf(rendering, request)).toBe("1.0.0");
		pass(6 * 60_000);
		repository.fail(503);
		expect(await versionOf(rendering, request)).toBe("1.0.0");
		expect((await errorOf(rendering.current(input, request.settings))).kind).toBe("unavailable");
		repository.fail(undefined);
		const asked = repository.requests.length;
		await expect(versionOf(rendering, request)).resolves.toBe("1.0.0");
		expect(repository.requests).toHaveLength(asked);
		pass(31_000);
		expect(await rendering.current(input, request.settings)).not.toBe(input.oid);
		expect(await versionOf(rendering, request)).toBe("1.1.0");
	});

	it("is opened with credentials that show nowhere, and nobody else is served what they fetched", async () => {
		const repository = await chartRepository({ user: "ada", password: "hunter2" });
		await repository.publish(await packChart("web", "1.0.0"));
		const { rendering, folder } = await world();
		const chart = { repository: repository.url, name: "web", version: "1.0.0" };
		const request = requestFor({ chart: { ...chart, credentials: { basic: { username: "ada", password: { env: "hunter2" } } } } });
		expect(await versionOf(rendering, request)).toBe("1.0.0");
		const error = await errorOf(rendering.render(requestFor({ chart })));
		expect([error.code, error.kind]).toEqual(["ChartDenied", "denied"]);
		const wrong = { basic: { username: "ada", password: { file: "wrong-password" } } };
		const refused = await errorOf(rendering.render(requestFor({ chart: { ...chart, credentials: wrong } })));
		expect(refused.code).toBe("ChartDenied");
		expect(refused.message).not.toContain("wrong-password");
		for (const name of await readdir(folder, { recursive: true })) {
			const content = await readFile(join(folder, name)).catch(() => Buffer.alloc(0));
			expect(name + content.toString("latin1")).not.toMatch(/hunter2|aHVudGVyMg|YWRhOmh1bnRlcjI/u);
		}
	});

	it.each([
		[{ name: "none", version: "1.0.0" }, "ChartNotFound", "notFound"],
		[{ name: "web", version: "^9" }, "ChartNotFound", "notFound"],
		[{ name: "web", version: "not a version" }, "ChartVersionInvalid", "invalid"],
		[{ name: "web", version: "1.0.0", repository: "http://127.0.0.1:1" }, "ChartUnavailable", "unavailable"],
	])("says what is wrong with %o", async (chart, code, kind) => {
		const repository = await chartRepository();
		await repository.publish(await packChart("web", "1.0.0"));
		const { rendering } = await world();
		const error = await errorOf(rendering.render(requestFor({ chart: { repository: repository.url, ...chart } })));
		expect([error.code, error.kind]).toEqual([code, kind]);
	});

	it("gives the dependencies of a chart in Git, the locked version first, where that is allowed", async () => {
		const repository = await chartRepository();
		for (const version of ["1.0.0", "1.1.0"]) await repository.publish(await packChart("web", version));
		const files = {
			"app/Chart.yaml": `apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies: [{name: web, version: ^1.0, repository: "${repository.url}"}]\n`,
		};
		const { rendering } = await world();
		expect(await versionOf(rendering, requestFor({ fetchDependencies: true }, files))).toBe("1.1.0");
		const lock = { "app/Chart.lock": `dependencies: [{name: web, version: 1.0.0, repository: "${repository.url}"}]\ndigest: x\n` };
		expect(await versionOf(rendering, requestFor({ fetchDependencies: true }, { ...files, ...lock }))).toBe("1.0.0");
		expect((await errorOf(rendering.render(requestFor({}, files)))).code).toBe("DependencyNotAllowed");
	});
});

it("refuses addresses and names that are none", () => {
	for (const chart of [
		{ repository: "file:///etc" },
		{ repository: "https://user@example.com" },
		{ repository: "https://--x" },
		{ name: "../x" },
		{ name: "-x" },
		{ version: "--help" },
	]) {
		expect(() => requestFor({ chart: { repository: "https://example.com", name: "a", version: "1.0.0", ...chart } })).toThrow();
	}
});
