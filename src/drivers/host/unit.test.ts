import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Change } from "../../core/change.ts";
import { type Json, keyOf, refOf } from "../../core/object.ts";
import { createExec } from "../../lib/exec/exec.ts";
import { systemClock } from "../../lib/system-clock.ts";
import { openClaimedPaths } from "./claimed-paths.ts";
import { createFiles } from "./files.ts";
import { object } from "./fixture.ts";
import type { UnitObject } from "./kinds/unit.ts";
import { createLedger } from "./ledger.ts";
import { openMadeFolders } from "./made-folders.ts";
import { parseObject } from "./parse.ts";
import { createPlaces } from "./places.ts";
import { openRoot } from "./root.ts";
import { createSlice } from "./slice.ts";
import { createUnitHandler } from "./unit.ts";
import { createWatches } from "./watches.ts";

/** Stands in for systemctl where there is no systemd: remembers what it was told, as far as these tests ask. */
const fake = `#!${process.execPath}
const fs = require("fs");
const file = __dirname + "/state.json";
const state = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : { calls: [], active: "inactive", enabled: "", fragment: "" };
const args = process.argv.slice(2).filter((each) => each !== "--no-ask-password");
const scope = args[0] === "--user" ? args.shift() : "--system";
if (args[0] !== "show") state.calls.push([scope, ...args].join(" "));
if (args[0] === "link") state.fragment = args.at(-1);
if (args[0] === "enable" || args[0] === "disable") state.enabled = args[0] + "d";
if (args[0] === "start" || args[0] === "restart") state.active = "active";
if (args[0] === "stop" || args.includes("--now")) state.active = "inactive";
if (args[0] === "disable") state.fragment = "";
if (args[0] === "show") console.log("ActiveState=" + state.active + "\\nSubState=running\\nUnitFileState=" + state.enabled + "\\nFragmentPath=" + state.fragment);
fs.writeFileSync(file, JSON.stringify(state));
`;

let base = "";
beforeEach(() => {
	base = mkdtempSync(join(tmpdir(), "unit-"));
	mkdirSync(join(base, "home"));
	mkdirSync(join(base, "bin"));
	writeFileSync(join(base, "bin/package.json"), "{}");
	writeFileSync(join(base, "bin/systemctl"), fake);
	chmodSync(join(base, "bin/systemctl"), 0o755);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function handler(hasSystemd: boolean) {
	const made = openMadeFolders(join(base, "home/made"));
	const root = openRoot({ path: join(base, "root"), home: join(base, "home"), made });
	const ledger = createLedger();
	const quiet = { debug() {}, info() {}, warn() {}, error() {} };
	const watches = createWatches({ root, ledger, clock: systemClock, log: quiet, slice: createSlice(), onProblem() {} });
	const places = createPlaces({ root, ledger, watches, claims: openClaimedPaths(join(base, "home/claims")) });
	const exec = createExec({ environment: { PATH: `${join(base, "bin")}${delimiter}${process.env["PATH"] ?? ""}` } });
	return createUnitHandler({
		root,
		files: createFiles({ root, made, ledger }),
		places,
		exec,
		clock: systemClock,
		hasSystemd: () => hasSystemd,
	});
}

const state = (): { calls: string[]; active: string } => JSON.parse(readFileSync(join(base, "bin/state.json"), "utf8"));

function subjectOf(spec: object, record: Json | undefined) {
	const raw = object("Unit", "shop.service", { content: "[Service]\nExecStart=/bin/sleep 9\n", ...spec });
	const desired = parseObject(raw) as UnitObject;
	const ref = refOf(raw);
	const key = keyOf(ref);
	const owned = record === undefined ? undefined : { key, ref, created: true, desiredHash: "", record };
	const change = (differences: Change["differences"]): Change => ({ key, ref, action: "update", wave: 0, differences, desired: raw });
	return { change, subject: { application: "shop", key, namespace: "shop", name: "shop.service", desired, owned, isDesired: () => true } };
}

describe("a Unit", () => {
	it("is written below the root and told to systemd, restarted when its file or inputs change, and taken away", async () => {
		const unit = handler(true);
		const first = subjectOf({}, null);
		expect((await unit.observe(first.subject)).state).toBe("missing");
		const record = await unit.apply(first.subject, first.change([]), undefined);
		const full = join(base, "root/shop/units/shop.service");
		expect(readFileSync(full, "utf8")).toContain("ExecStart");
		expect(state().calls).toEqual([
			`--user link --force -- ${full}`,
			"--user daemon-reload",
			"--user enable -- shop.service",
			"--user restart --no-block -- shop.service",
		]);
		expect((await unit.observe(subjectOf({}, record).subject)).state).toBe("same");
		const second = subjectOf({ inputs: "2" }, record);
		const observed = await unit.observe(second.subject);
		expect(observed.differences).toEqual([{ path: "/spec/inputs", before: "", after: "2" }]);
		const after = await unit.apply(second.subject, second.change(observed.differences), undefined);
		expect(state().calls.at(-1)).toBe("--user restart --no-block -- shop.service");
		const stopped = subjectOf({ inputs: "2", started: false }, after);
		await unit.apply(stopped.subject, stopped.change([]), undefined);
		expect(state()).toMatchObject({ active: "inactive" });
		await unit.remove(stopped.subject, undefined);
		expect(state().calls.slice(-2)).toEqual(["--user disable --now -- shop.service", "--user daemon-reload"]);
		expect((await unit.observe(stopped.subject)).state).toBe("missing");
	});

	it("says clearly where systemd does not run, and writes nothing", async () => {
		const unit = handler(false);
		const { subject, change } = subjectOf({}, null);
		await expect(unit.apply(subject, change([]), undefined)).rejects.toMatchObject({ code: "SystemdMissing", kind: "unavailable" });
		expect((await unit.observe(subject)).state).toBe("missing");
		expect(unit.health(subject)).toEqual({ status: "Unknown", message: "systemd does not run on this machine" });
	});
});
