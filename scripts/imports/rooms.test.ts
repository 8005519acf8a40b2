import { describe, expect, it } from "vitest";
import { importsOf } from "./imports-of.ts";
import { objection } from "./rooms.ts";

describe("objection", () => {
	it.each([
		["src/core/plan.ts", "src/core/change.ts"],
		["src/core/plan.ts", "zod"],
		["src/core/hash.ts", "node:crypto"],
		["src/lib/yaml.ts", "src/core/app-error.ts"],
		["src/engine/reconcile.ts", "src/ports/driver.ts"],
		["src/drivers/host/file.ts", "src/drivers/host/path.ts"],
		["src/lib/exec/run.ts", "node:child_process"],
		["src/store/store.test.ts", "src/engine/queue.ts"],
		["src/server.ts", "src/drivers/host/driver.ts"],
		["ui/src/main.tsx", "src/core/views/event.ts"],
	])("lets %s import %s", (from, to) => {
		expect(objection({ from, to })).toBeUndefined();
	});

	it.each([
		["src/core/plan.ts", "src/ports/clock.ts"],
		["src/core/plan.ts", "node:fs"],
		["src/lib/yaml.ts", "src/core/change.ts"],
		["src/ports/driver.ts", "src/engine/queue.ts"],
		["src/engine/reconcile.ts", "src/drivers/host/driver.ts"],
		["src/drivers/host/file.ts", "src/drivers/compose/driver.ts"],
		["src/drivers/host/file.ts", "src/store/store.ts"],
		["src/drivers/host/process.ts", "node:child_process"],
		["src/api/routes.ts", "src/engine/queue.ts"],
		["ui/src/main.tsx", "src/engine/operations.ts"],
	])("does not let %s import %s", (from, to) => {
		expect(objection({ from, to })).toEqual(expect.any(String));
	});
});

describe("importsOf", () => {
	it("finds every way to import", () => {
		const text = [
			'import a from "zod";',
			'import type { B } from "../core/b.ts";',
			'import {\n\tc,\n\td,\n} from "./c.ts";',
			'export { e } from "../e.ts";',
			'import "node:fs";',
			'const f = await import("./f.ts");',
			'const text = "from \\"nowhere\\"";',
		].join("\n");
		expect(importsOf("src/lib/x.ts", text)).toEqual(["zod", "src/core/b.ts", "src/lib/c.ts", "src/e.ts", "node:fs", "src/lib/f.ts"]);
	});
});
