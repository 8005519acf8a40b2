import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "../parts/icon.tsx";
import type { SetView } from "../url/use-view-state.ts";
import { type StateFilter, stateFilters, type ViewState } from "../url/view-state.ts";

const words: Readonly<Record<StateFilter, string>> = {
	all: "All",
	attention: "Needs attention",
	waiting: "Held",
	syncing: "Syncing",
	converged: "Converged",
};

interface FiltersProps {
	readonly view: ViewState;
	readonly setView: SetView;
	readonly counts: Readonly<Record<StateFilter, number>>;
}

/** Search, state and Environment; the key `/` leads to the search. */
export function Filters({ view, setView, counts }: FiltersProps): ReactNode {
	const input = useRef<HTMLInputElement>(null);
	useEffect(() => {
		const onKey = (event: KeyboardEvent): void => {
			const inField = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
			if (event.key !== "/" || inField || event.ctrlKey || event.metaKey || event.altKey) return;
			event.preventDefault();
			input.current?.focus();
		};
		addEventListener("keydown", onKey);
		return () => removeEventListener("keydown", onKey);
	}, []);
	return (
		<div className="sticky top-0 z-10 -mx-1 flex flex-wrap items-center gap-2 bg-canvas px-1 py-2.5">
			<label className="relative w-full @2xl:w-64">
				<span className="sr-only">Search applications</span>
				<Icon name="search" className="pointer-events-none absolute top-2.5 left-2.5 text-faint" />
				<input
					ref={input}
					type="search"
					placeholder="Search name, path, commit"
					value={view.search}
					onChange={(event) => setView({ search: event.target.value }, { replace: true })}
					className="h-9 w-full rounded-md border border-line-strong bg-surface pr-2 pl-8 text-[13.5px] placeholder:text-faint"
				/>
			</label>
			<fieldset className="flex max-w-full min-w-0 gap-0.5 overflow-x-auto">
				<legend className="sr-only">State</legend>
				{stateFilters.map((state) => (
					<button
						key={state}
						type="button"
						aria-pressed={view.state === state}
						onClick={() => setView({ state }, { replace: true })}
						className="inline-flex h-9 items-center gap-1.5 rounded-md px-2.5 text-[13px] font-medium whitespace-nowrap text-muted -outline-offset-2 hover:bg-raised hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink"
					>
						{words[state]}
						<span className="font-normal tabular-nums">{counts[state].toLocaleString("en")}</span>
					</button>
				))}
			</fieldset>
			{view.environment === undefined ? null : (
				<button
					type="button"
					onClick={() => setView({ environment: undefined }, { replace: true })}
					className="inline-flex h-9 items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2.5 text-[13px] font-medium hover:bg-raised"
				>
					{view.environment}
					<Icon name="close" className="size-3.5" />
					<span className="sr-only">: show all environments</span>
				</button>
			)}
		</div>
	);
}
