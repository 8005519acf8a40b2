import { stringify } from "yaml";
import type { ChangeView, PlanView } from "../../core/views/common.ts";
import { diffLines } from "./line-diff.ts";
import { clean, type Paint } from "./paint.ts";
import { count, shortKey, shortRevision } from "./words.ts";

const mostLines = 200;

/** Changes that would be carried out. */
export function realChanges(plan: PlanView): readonly ChangeView[] {
	return plan.changes.filter((change) => change.action !== "unchanged" && change.action !== "skip");
}

/** A plan for people: what is deleted first and loud, then the rest in the order in which it would be applied. */
export function formatPlan(plan: PlanView, paint: Paint): string {
	const changes = realChanges(plan);
	const deletes = changes.filter((change) => change.action === "delete");
	const others = changes.filter((change) => change.action !== "delete");
	const lines = [
		`${paint.bold(plan.application)} ${paint.dim(shortRevision(plan.revision))}${changes.length === 0 ? "  " : "\n  "}${summary(plan, changes, paint)}`,
	];
	if (deletes.length > 0) {
		lines.push(`  ${paint.alarm(` DELETES ${count(deletes.length, "Object")} `)}`);
		for (const change of deletes)
			lines.push(`  ${paint.red(`- ${clean(shortKey(change.key, plan.application))}`)}${reason(change, paint)}`);
	}
	for (const change of others) lines.push(...formatChange(change, plan.application, paint));
	for (const change of plan.changes)
		if (change.action === "skip")
			lines.push(`  ${paint.dim(`· ${clean(shortKey(change.key, plan.application))}`)}${reason(change, paint)}`);
	if (plan.guard !== undefined) lines.push(`  ${paint.yellow(`guard: ${clean(plan.guard)}`)}`);
	for (const warning of plan.warnings) lines.push(`  ${paint.yellow(`warning: ${clean(warning)}`)}`);
	return `${lines.join("\n")}\n`;
}

function summary(plan: PlanView, changes: readonly ChangeView[], paint: Paint): string {
	if (changes.length === 0) return paint.green(`no differences, ${count(plan.unchanged, "Object")} as desired`);
	const number = (action: ChangeView["action"]) => changes.filter((change) => change.action === action).length;
	const parts = [
		[number("delete"), "to delete", paint.red],
		[number("create"), "to create", paint.green],
		[number("update"), "to update", paint.yellow],
		[number("replace"), "to replace", paint.yellow],
		[plan.unchanged, "unchanged", paint.dim],
	] as const;
	return parts.flatMap(([many, what, style]) => (many === 0 ? [] : [style(`${many} ${what}`)])).join(", ");
}

function formatChange(change: ChangeView, application: string, paint: Paint): string[] {
	const mark = change.action === "create" ? paint.green("+") : change.action === "replace" ? paint.yellow("±") : paint.yellow("~");
	const hook = change.hook === undefined ? "" : paint.dim(` ${change.hook} hook`);
	const lines = [`  ${mark} ${clean(shortKey(change.key, application))}${hook}${reason(change, paint)}`];
	for (const difference of change.differences) lines.push(...formatDifference(difference, paint));
	if (lines.length <= mostLines) return lines;
	return [...lines.slice(0, mostLines), `      ${paint.dim(`… ${lines.length - mostLines} more lines; -o json has all`)}`];
}

function formatDifference(difference: ChangeView["differences"][number], paint: Paint): string[] {
	const { path, before, after } = difference;
	// The hash over all that a Process runs says nothing to people.
	if (path === "/spec/inputs") return [`      ${paint.dim("restarts: the files that it runs change")}`];
	const name = path === "" ? "(whole)" : path;
	if (isShort(before) && isShort(after)) {
		const change =
			before === undefined
				? paint.green(text(after))
				: after === undefined
					? paint.red(text(before))
					: `${paint.red(text(before))} → ${paint.green(text(after))}`;
		return [`      ${paint.dim(`${clean(name)}:`)} ${change}`];
	}
	const lines =
		before === undefined || after === undefined
			? text(before ?? after)
					.split("\n")
					.map((each) => ({ type: before === undefined ? ("added" as const) : ("removed" as const), text: each }))
			: diffLines(text(before), text(after));
	return [
		`      ${paint.dim(`${clean(name)}:`)}`,
		...lines.map((line) => {
			if (line.type === "removed") return `        ${paint.red(`-${line.text}`)}`;
			if (line.type === "added") return `        ${paint.green(`+${line.text}`)}`;
			return `        ${line.type === "skip" ? paint.dim("…") : ` ${line.text}`}`;
		}),
	];
}

function isShort(value: unknown): boolean {
	return typeof value === "string" ? value.length <= 60 && !value.includes("\n") : value === null || typeof value !== "object";
}

function text(value: unknown): string {
	if (typeof value === "string") return clean(value).replace(/\n$/u, "");
	return clean(
		value !== null && typeof value === "object"
			? stringify(value, { blockQuote: "literal", lineWidth: 0 }).trimEnd()
			: JSON.stringify(value),
	);
}

function reason(change: ChangeView, paint: Paint): string {
	return change.reason === undefined ? "" : paint.dim(` (${clean(change.reason)})`);
}
