import type { ReactNode } from "react";

/** Drawn on a grid of 16, in strokes of 1.5. */
const paths = {
	check: "M3.5 8.5l3 3 6-7",
	"check-circle": "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.500M5.250 8.250l2 2 3.500-4.250",
	"cross-circle": "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.500M5.900 5.900l4.200 4.200M10.100 5.900l-4.200 4.200",
	warning: "M8 2.250L14.250 13.250H1.750zM8 6.500v3.250M8 11.600v.05",
	question:
		"M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.500M6.250 6.400c.100-2.200 3.500-2.100 3.500-.150 0 1.350-1.750 1.350-1.750 2.750M8 11.300v.05",
	pause: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.500M6.500 5.750v4.500M9.500 5.750v4.500",
	clock: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.500M8 4.750V8l2.250 1.750",
	person: "M8 2.250a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5M3 13.500c.300-2.800 2.300-4.250 5-4.250s4.700 1.450 5 4.250",
	spinner: "M8 1.75A6.25 6.25 0 1 1 1.75 8",
	sync: "M13.500 6.500A5.750 5.750 0 0 0 3.200 4.700M2.500 2v3h3M2.500 9.500a5.750 5.750 0 0 0 10.300 1.800M13.500 14v-3h-3",
	apart: "M2 5.500h9M8.500 2.750L11.250 5.500 8.500 8.250M14 10.500H5M7.500 7.750L4.750 10.500 7.500 13.250",
	close: "M3.750 3.750l8.500 8.500M12.250 3.750l-8.500 8.500",
	search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9M10.300 10.300l3.450 3.450",
	arrow: "M2.500 8h10.500M9 4l4 4-4 4",
	down: "M4 6.250l4 4 4-4",
	undo: "M3 6.500h6.250a3.500 3.500 0 0 1 0 7H6M5.750 3.500L2.750 6.500l3 3",
	trash: "M2.750 4.250h10.500M6 4V2.250h4V4M4.250 4.250l.500 9.500h6.500l.500-9.500M6.750 7v4M9.250 7v4",
	plus: "M8 3v10M3 8h10",
	pencil: "M3 13l.600-2.900L10.900 2.800l2.300 2.300-7.300 7.300z",
	swap: "M4.500 2.500v11M2 11l2.500 2.500L7 11M11.500 13.500v-11M9 5l2.500-2.500L14 5",
	minus: "M3 8h10",
	lines: "M2.500 4h11M2.500 8h11M2.500 12h6.500",
	pulse: "M1.500 8.500h3l2-5.500 3 10 2-4.500h3",
	copy: "M5.750 5.750h7.500v7.500h-7.500zM10.250 5.500V2.750h-7.500v7.500h2.750",
	leave: "M9.500 2.750H3.250v10.500H9.500M6.500 8h7M11 5.250L13.750 8 11 10.750",
	broken:
		"M2.500 2.500l11 11M4.700 6.300a6 6 0 0 0-1.700 1.200M13 7.500a7.500 7.500 0 0 0-4.600-2M6 10.200a3 3 0 0 1 3.200-.100M8 12.800v.05",
} as const;

/** Name of an icon. */
export type IconName = keyof typeof paths;

/** An icon beside a word; never alone without a label on what holds it. */
export function Icon({ name, className }: { readonly name: IconName; readonly className?: string }): ReactNode {
	return (
		<svg
			viewBox="0 0 16 16"
			aria-hidden="true"
			className={`size-4 shrink-0 ${name === "spinner" ? "animate-spin" : ""} ${className ?? ""}`}
			fill="none"
			stroke="currentColor"
			strokeWidth="1.5"
			strokeLinecap="round"
			strokeLinejoin="round"
		>
			<path d={paths[name]} />
		</svg>
	);
}

/** Gitward's mark: a branch under guard. */
export function Mark({ className }: { readonly className?: string }): ReactNode {
	return (
		<svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
			<path className="fill-ink" d="M16 1.75 4 5.6v9.2c0 7.1 4.8 12.6 12 15.45 7.2-2.85 12-8.35 12-15.45V5.600z" />
			<path
				className="fill-none stroke-surface"
				strokeWidth="2.25"
				strokeLinecap="round"
				d="M12 10.500v11M12 18.500c0-3.500 8-2.500 8-6.500"
			/>
			<g className="fill-surface">
				<circle cx="12" cy="9.500" r="2.600" />
				<circle cx="12" cy="22" r="2.600" />
				<circle cx="20" cy="11" r="2.600" />
			</g>
		</svg>
	);
}
