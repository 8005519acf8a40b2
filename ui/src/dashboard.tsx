import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef } from "react";
import { applicationsQuery, controlQuery, environmentsQuery } from "./api/queries.ts";
import { ApplicationList } from "./applications/application-list.tsx";
import { Filters } from "./applications/filters.tsx";
import { NoApplications } from "./applications/no-applications.tsx";
import { countStates, judge, matchesState, narrow, sortByTrouble } from "./applications/select.ts";
import { DetailPanel } from "./detail/detail-panel.tsx";
import { EventFeed } from "./events/event-feed.tsx";
import { ControlBanner } from "./overview/control-banner.tsx";
import { EnvironmentLanes } from "./overview/environment-lanes.tsx";
import { Header } from "./overview/header.tsx";
import { Headline } from "./overview/headline.tsx";
import { overallOf } from "./overview/overall.ts";
import { useWide } from "./parts/media.ts";
import { ErrorNotice, Loading } from "./parts/notice.tsx";
import { useViewState } from "./url/use-view-state.ts";

/** What runs, whether it is what Git says, and what just happened. */
export function Dashboard({ version }: { readonly version: string }): ReactNode {
	const [view, setView] = useViewState();
	const wide = useWide();
	const scroller = useRef<HTMLElement>(null);
	const applications = useQuery(applicationsQuery);
	const environments = useQuery(environmentsQuery);
	const control = useQuery(controlQuery);
	const search = useDeferredValue(view.search);

	const judged = useMemo(() => judge(applications.data ?? []), [applications.data]);
	const overall = useMemo(() => overallOf(judged, environments.data ?? []), [judged, environments.data]);
	const narrowed = useMemo(() => narrow(judged, search, view.environment), [judged, search, view.environment]);
	const shown = useMemo(() => sortByTrouble(narrowed.filter((each) => matchesState(each.verdict, view.state))), [narrowed, view.state]);
	const counts = useMemo(() => countStates(narrowed), [narrowed]);

	const loaded = applications.data !== undefined && environments.data !== undefined;
	const failure = applications.error ?? environments.error;
	const panelOpen = view.application !== undefined || view.events;
	useEffect(() => {
		document.title = loaded ? `${overall.problems.length > 0 ? `(${overall.problems.length}) ` : ""}${overall.title} · Gitward` : "Gitward";
	}, [loaded, overall]);
	useEffect(() => {
		const onKey = (event: KeyboardEvent): void => {
			if (event.key !== "Escape" || !panelOpen || event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
			setView({ application: undefined, events: false });
		};
		addEventListener("keydown", onKey);
		return () => removeEventListener("keydown", onKey);
	}, [panelOpen, setView]);

	return (
		<div className="flex h-dvh flex-col">
			<a
				href="#applications"
				className="sr-only z-50 rounded-md bg-surface px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
			>
				Skip to applications
			</a>
			<Header control={control.data} version={version} onEvents={() => setView({ events: true, application: undefined })} />
			<div className="flex min-h-0 flex-1">
				<main ref={scroller} inert={panelOpen && !wide} className="min-w-0 flex-1 overflow-y-auto">
					<ControlBanner control={control.data} />
					{loaded ? (
						<div className="@container mx-auto max-w-[84rem] px-4 pb-16 sm:px-6">
							<Headline
								overall={overall}
								onOpen={(application) => setView({ application, tab: "differences", events: false })}
								onAll={() => setView({ state: "attention", environment: undefined, search: "" })}
							/>
							<EnvironmentLanes
								environments={environments.data}
								judged={judged}
								selected={view.environment}
								onSelect={(environment) => setView({ environment }, { replace: true })}
							/>
							{judged.length === 0 ? (
								<NoApplications control={control.data} />
							) : (
								<section id="applications" aria-label="Applications">
									<Filters view={view} setView={setView} counts={counts} />
									<ApplicationList
										judged={shown}
										scroller={scroller}
										selected={view.application}
										onOpen={(application, tab) => setView({ application, tab, events: false })}
										onReset={() => setView({ search: "", environment: undefined, state: "all" })}
									/>
								</section>
							)}
						</div>
					) : failure !== null ? (
						<ErrorNotice error={failure} onRetry={() => void Promise.all([applications.refetch(), environments.refetch()])} />
					) : (
						<Loading what="applications" />
					)}
				</main>
				{view.application !== undefined ? (
					<aside
						aria-label={`Application ${view.application}`}
						className="fixed inset-0 z-20 flex flex-col border-line bg-surface wide:border-l wide:static wide:w-[min(46rem,50%)]"
					>
						<DetailPanel
							key={view.application}
							name={view.application}
							tab={view.tab}
							onTab={(tab) => setView({ tab }, { replace: true })}
							onClose={() => setView({ application: undefined })}
						/>
					</aside>
				) : wide || view.events ? (
					<aside
						aria-label="Events"
						className="fixed inset-0 z-20 flex flex-col border-line bg-surface wide:border-l wide:static wide:w-[23rem]"
					>
						<EventFeed
							onClose={wide ? undefined : () => setView({ events: false })}
							onOpen={(application) => setView({ application, tab: "events", events: false })}
						/>
					</aside>
				) : null}
			</div>
		</div>
	);
}
