import { type ReactNode, useMemo } from "react";
import type { ChangeView } from "../../../src/core/views/common.ts";
import { type Presented, presentDifference } from "../diff/presentation.ts";
import { Icon } from "../parts/icon.tsx";
import { ObjectName } from "../parts/object-name.tsx";
import { actionIcons, actionWords } from "./change-words.ts";
import { LineDiff } from "./line-diff.tsx";

/** One Change of the plan, with every difference that leads to it. */
export function ChangeCard({ change, application }: { readonly change: ChangeView; readonly application: string }): ReactNode {
	const { key, action, hook, wave, reason, differences } = change;
	const presented = useMemo(() => differences.map(presentDifference), [differences]);
	const loud = action === "delete" || action === "replace";
	const values = presented.filter((each) => each.as === "values" || each.as === "binary");
	return (
		<details
			open={differences.length > 0}
			className={`overflow-hidden rounded-lg border bg-surface ${action === "delete" ? "border-bad" : "border-line"}`}
		>
			<summary
				className={`flex list-none flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-[13.5px] -outline-offset-2 ${action === "delete" ? "bg-bad-soft" : "bg-canvas"}`}
			>
				<span
					className={`inline-flex w-22 items-center gap-1.5 font-semibold ${action === "delete" ? "text-bad" : loud ? "text-warn" : "text-ink"}`}
				>
					<Icon name={actionIcons[action]} />
					{actionWords[action]}
				</span>
				<ObjectName objectKey={key} application={application} />
				<span className="ml-auto flex items-center gap-2 text-xs text-muted">
					{hook === undefined ? null : <span>{hook} hook</span>}
					{wave === 0 ? null : <span>wave {wave}</span>}
					{differences.length === 0 ? null : <Icon name="down" className="size-3.5" />}
				</span>
			</summary>
			{reason === undefined ? null : <p className="border-t border-line px-3 py-2 text-[13px] text-muted">{reason}</p>}
			{action === "delete" && differences.length === 0 && reason === undefined ? (
				<p className="border-t border-line px-3 py-2 text-[13px] text-muted">Git no longer holds it.</p>
			) : null}
			{values.length === 0 ? null : <Values values={values} />}
			{presented.map((each) => {
				if (each.as === "lines") return <LineDiff key={each.field} field={each.field} lines={each.lines} />;
				if (each.as !== "note") return null;
				return (
					<p key={each.field} className="border-t border-line px-3 py-2 text-[13px] text-muted">
						{each.text}
					</p>
				);
			})}
		</details>
	);
}

function Values({ values }: { readonly values: readonly Extract<Presented, { readonly as: "values" | "binary" }>[] }): ReactNode {
	return (
		<table className="w-full border-t border-line text-left text-[12.5px]">
			<thead className="sr-only">
				<tr>
					<th scope="col">Field</th>
					<th scope="col">Live</th>
					<th scope="col">Git</th>
				</tr>
			</thead>
			<tbody className="divide-y divide-line">
				{values.map((value) => (
					<tr key={value.field} className="align-top">
						<th scope="row" className="w-2/5 px-3 py-1.5 font-mono font-normal text-muted [overflow-wrap:anywhere]">
							{value.field}
						</th>
						<Cell value={value.as === "binary" ? bytes(value.before) : value.before} sign="-" />
						<Cell value={value.as === "binary" ? bytes(value.after) : value.after} sign="+" />
					</tr>
				))}
			</tbody>
		</table>
	);
}

function bytes(size: number | undefined): string | undefined {
	return size === undefined ? undefined : `binary, ${size.toLocaleString("en")} bytes`;
}

function Cell({ value, sign }: { readonly value: string | undefined; readonly sign: "-" | "+" }): ReactNode {
	if (value === undefined) return <td className="px-3 py-1.5 text-faint">{sign === "-" ? "not set" : "removed"}</td>;
	return (
		<td className={`px-3 py-1.5 font-mono [overflow-wrap:anywhere] ${sign === "-" ? "bg-bad-soft" : "bg-good-soft"}`}>
			<span aria-hidden="true" className={`mr-1.5 select-none ${sign === "-" ? "text-bad" : "text-good"}`}>
				{sign}
			</span>
			{value === "" ? '""' : value}
		</td>
	);
}
