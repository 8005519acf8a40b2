import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ControlView } from "../../../src/core/views/control.ts";
import { repositoriesQuery } from "../api/queries.ts";
import { sourceText } from "../overview/source-text.ts";
import { Command } from "../parts/command.tsx";
import { Empty } from "../parts/notice.tsx";

const example = `apiVersion: gitward.dev/v1
kind: Application
metadata: {name: shop}
spec: {repository: env-config, path: staging/shop, environment: staging}`;

/** What to do when nothing is to run yet: the next step, with its command. */
export function NoApplications({ control }: { readonly control: ControlView | undefined }): ReactNode {
	const repositories = useQuery(repositoriesQuery);
	const hosted = repositories.data?.find((repository) => repository.hosted);
	return (
		<div className="rounded-xl border border-dashed border-line-strong">
			<Empty icon="plus" title="No application yet">
				<p>
					An application is a path in a repository and the environment it goes to. Add one to the control documents
					{control === undefined ? (
						""
					) : (
						<>
							{" "}
							in <code className="font-mono text-ink">{sourceText(control.source)}</code>
						</>
					)}
					:
				</p>
				<pre className="overflow-x-auto rounded-md border border-line bg-raised px-3 py-2 text-left font-mono text-[12.5px] text-ink">
					{example}
				</pre>
				<p>A new folder of documents to start from, and a check before it is in force:</p>
				<Command text="gitward init my-environments" />
				<Command text="gitward validate my-environments" />
				{hosted === undefined ? null : (
					<>
						<p>Gitward hosts {hosted.name} itself:</p>
						<Command text={`git clone ${location.origin}/git/${hosted.name}.git`} />
					</>
				)}
			</Empty>
		</div>
	);
}
