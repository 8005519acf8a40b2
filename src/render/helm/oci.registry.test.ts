import { expect, it } from "vitest";
import { programPath } from "../../../test/kubernetes/programs.ts";
import { ociRegistry, packChart } from "../../../test/render/chart-servers.ts";
import { temporaryFolder } from "../../../test/render/oracle.ts";
import { applicationSchema } from "../../core/documents/application.ts";
import { errorOf, renderingWith, requestOf } from "../fixture.ts";

it("renders charts of an OCI registry, a version and the newest of a range", async () => {
	const registry = await ociRegistry();
	for (const version of ["1.0.0", "1.2.0", "2.0.0"]) await registry.publish(await packChart("web", version));
	const rendering = renderingWith({ folder: await temporaryFolder(), programs: { helm: programPath("helm") } });
	const render = async (chart: object) => {
		const document = { apiVersion: "gitward.dev/v1", kind: "Application", metadata: { name: "shop" } };
		const helm = { chart: { repository: registry.url, name: "web", plainHttp: true, ...chart } };
		const { spec } = applicationSchema.parse({ ...document, spec: { repository: "env", path: "app", environment: "dev", helm } });
		const request = requestOf({ "app/a.txt": "" }, { target: "kubernetes", defaultNamespace: "x", settings: spec });
		return (await rendering.render(request)).objects[0]?.["data"];
	};
	expect(await render({ version: "1.0.0" })).toEqual({ version: "1.0.0" });
	expect(await render({ version: "^1.0" })).toEqual({ version: "1.2.0" });
	expect((await errorOf(render({ version: "3.0.0" }))).code).toBe("ChartNotFound");
	expect((await errorOf(render({ name: "none", version: "1.0.0" }))).code).toBe("ChartNotFound");
});
