import { existsSync } from "node:fs";
import { posix } from "node:path";
import { AppError } from "../../core/app-error.ts";
import type { FieldDifference } from "../../core/change.ts";
import type { Health } from "../../core/health.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import type { Clock } from "../../ports/clock.ts";
import { contentText } from "./content-text.ts";
import { type Files, sha256 } from "./files.ts";
import type { Handler, Subject } from "./handler.ts";
import type { UnitObject } from "./kinds/unit.ts";
import { type Places, textOf } from "./places.ts";
import type { Root } from "./root.ts";

interface UnitOptions {
	readonly root: Root;
	readonly files: Files;
	readonly places: Places;
	readonly exec: Exec;
	readonly clock: Clock;
	/** Whether systemd runs here, as sd_booted(3) finds out. */
	readonly hasSystemd?: () => boolean;
}

interface UnitStatus {
	readonly active: string;
	readonly sub: string;
	readonly enabled: string;
	/** Path of the unit file that systemd knows. */
	readonly fragment: string;
	readonly at: number;
}

/** How long an answer of systemctl is good for health. */
const freshMs = 2000;

/**
 * systemd units: record `{p: path of the unit file, h: its hash, i: inputs, c: scope}`. The unit file lies in the namespace's folder
 * `units`, and systemd is told of it by `systemctl link`, which alone writes outside the root.
 */
export function createUnitHandler(options: UnitOptions): Handler<UnitObject> {
	const { root, files, places, exec, clock } = options;
	const hasSystemd = options.hasSystemd ?? (() => existsSync("/run/systemd/system"));
	const statuses = new Map<string, UnitStatus>();
	const asking = new Set<string>();

	async function systemctl(
		scope: string,
		args: readonly string[],
		signal?: AbortSignal,
		okCodes: readonly number[] = [0],
	): Promise<string> {
		if (!hasSystemd()) {
			throw new AppError("systemd does not run on this machine", {
				code: "SystemdMissing",
				kind: "unavailable",
				hint: "Use a Process instead of a Unit, or run Gitward where systemd does.",
			});
		}
		const flags = scope === "user" ? ["--user"] : [];
		return (await exec.run("systemctl", [...flags, "--no-ask-password", ...args], { okCodes, signal, timeoutMs: 60_000 })).stdout.toString(
			"utf8",
		);
	}

	const pathOf = (subject: Subject): string => root.locate(subject.namespace, `units/${subject.name}`);

	async function ask(subject: Subject, scope: string, signal?: AbortSignal): Promise<UnitStatus> {
		const text = await systemctl(scope, ["show", "--property=ActiveState,SubState,UnitFileState,FragmentPath", "--", subject.name], signal);
		const fields = new Map(text.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const));
		const status: UnitStatus = {
			active: fields.get("ActiveState") ?? "",
			sub: fields.get("SubState") ?? "",
			enabled: fields.get("UnitFileState") ?? "",
			fragment: fields.get("FragmentPath") ?? "",
			at: clock.monotonic(),
		};
		statuses.set(subject.key, status);
		return status;
	}

	const scopeOf = (subject: Subject<UnitObject>): string => subject.desired?.spec.scope ?? textOf(subject.owned?.record, "c") ?? "user";
	const isActive = (status: UnitStatus): boolean =>
		status.active === "active" || status.active === "activating" || status.active === "reloading";
	const isEnabled = (status: UnitStatus): boolean =>
		["enabled", "enabled-runtime", "static", "indirect", "generated", "alias"].includes(status.enabled);

	return {
		async observe(subject) {
			const { key, desired } = subject;
			const live = files.read(pathOf(subject));
			if (live === undefined) return { key, state: "missing", differences: [] };
			if (desired === undefined) return { key, state: "same", differences: [] };
			const before = textOf(subject.owned?.record, "c");
			if (before !== undefined && before !== desired.spec.scope)
				return { key, state: "immutable", differences: [{ path: "/spec/scope", before, after: desired.spec.scope }] };
			const differences: FieldDifference[] = [];
			const content = Buffer.from(desired.spec.content);
			if (!live.equals(content)) differences.push({ path: "/spec/content", before: contentText(live), after: contentText(content) });
			const inputs = textOf(subject.owned?.record, "i") ?? "";
			if (subject.owned !== undefined && inputs !== (desired.spec.inputs ?? ""))
				differences.push({ path: "/spec/inputs", before: inputs, after: desired.spec.inputs ?? "" });
			const status = await ask(subject, desired.spec.scope);
			if (isActive(status) !== desired.spec.started)
				differences.push({ path: "/spec/started", before: isActive(status), after: desired.spec.started });
			if (isEnabled(status) !== desired.spec.enabled)
				differences.push({ path: "/spec/enabled", before: isEnabled(status), after: desired.spec.enabled });
			return {
				key,
				state: differences.length === 0 ? "same" : "different",
				differences,
				...(subject.owned === undefined ? { foreign: true } : {}),
			};
		},
		async apply(subject, change, signal) {
			const { desired, name } = subject;
			const { scope } = desired.spec;
			const before = textOf(subject.owned?.record, "c");
			if (before !== undefined && before !== scope) await systemctl(before, ["disable", "--now", "--", name], signal, [0, 1, 5]);
			const status = await ask(subject, scope, signal);
			const path = pathOf(subject);
			const full = posix.join(root.path, path);
			if (status.fragment !== "" && status.fragment !== full && subject.owned?.created !== false && subject.owned?.record === null) {
				throw new AppError(`the unit ${name} exists already, at ${status.fragment}`, {
					code: "UnitTaken",
					kind: "conflict",
					hint: "Give the Unit another name.",
				});
			}
			places.demandFree(subject, path);
			const content = Buffer.from(desired.spec.content);
			const isOther = files.read(path)?.equals(content) !== true;
			if (isOther) files.write(path, content, 0o644);
			await systemctl(scope, ["link", "--force", "--", full], signal);
			await systemctl(scope, ["daemon-reload"], signal);
			await systemctl(scope, [desired.spec.enabled ? "enable" : "disable", "--", name], signal, [0, 1]);
			// `disable` takes a linked unit out of systemd's sight: it is linked again.
			if (!desired.spec.enabled) await systemctl(scope, ["link", "--force", "--", full], signal);
			const restarts = isOther || change.differences.some((difference) => difference.path === "/spec/inputs");
			await systemctl(scope, [desired.spec.started ? (restarts ? "restart" : "start") : "stop", "--no-block", "--", name], signal);
			statuses.delete(subject.key);
			return { p: path, h: sha256(content), i: desired.spec.inputs ?? "", c: scope };
		},
		async remove(subject, signal) {
			const path = pathOf(subject);
			if (files.read(path) !== undefined) {
				const scope = textOf(subject.owned?.record, "c") ?? "user";
				await systemctl(scope, ["disable", "--now", "--", subject.name], signal, [0, 1, 5]);
				files.remove(path);
				await systemctl(scope, ["daemon-reload"], signal);
			}
			statuses.delete(subject.key);
		},
		health(subject): Health {
			const status = statuses.get(subject.key);
			if ((status === undefined || clock.monotonic() - status.at > freshMs) && !asking.has(subject.key)) {
				asking.add(subject.key);
				void ask(subject, scopeOf(subject))
					.catch(() => statuses.delete(subject.key))
					.finally(() => asking.delete(subject.key));
			}
			if (status === undefined)
				return {
					status: hasSystemd() ? "Progressing" : "Unknown",
					message: hasSystemd() ? "systemd is being asked" : "systemd does not run on this machine",
				};
			if (status.active === "active") return { status: "Healthy", message: "" };
			if (status.active === "failed") return { status: "Degraded", message: `systemd: failed (${status.sub})` };
			if (status.active === "inactive") return { status: "Suspended", message: "systemd: inactive" };
			return { status: "Progressing", message: `systemd: ${status.active} (${status.sub})` };
		},
		async differs(subject) {
			const live = files.read(pathOf(subject));
			if (live === undefined || sha256(live) !== textOf(subject.owned?.record, "h")) return true;
			const status = await ask(subject, scopeOf(subject));
			return status.active === "failed";
		},
		remember() {},
		track() {},
		untrack() {},
	};
}
