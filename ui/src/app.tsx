import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { isLoggedOut, sessionQuery } from "./api/queries.ts";
import { Dashboard } from "./dashboard.tsx";
import { Live } from "./live/live.tsx";
import { ErrorNotice, Loading } from "./parts/notice.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { Login } from "./session/login.tsx";

/** The page: the dashboard for who is logged in, else the way in. */
export function App({ token }: { readonly token: string | undefined }): ReactNode {
	const session = useQuery({ ...sessionQuery, enabled: token === undefined });
	if (session.data !== undefined) {
		return (
			<Toasts>
				<Live>
					<Dashboard version={session.data.version} />
				</Live>
			</Toasts>
		);
	}
	if (token !== undefined || isLoggedOut(session.error)) return <Login token={token} />;
	if (session.error !== null) {
		return (
			<main className="mx-auto max-w-xl pt-[20dvh]">
				<ErrorNotice error={session.error} onRetry={() => void session.refetch()} />
			</main>
		);
	}
	return <Loading what="the dashboard" />;
}
