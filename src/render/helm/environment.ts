import { join } from "node:path";

/** An environment in which helm has no configuration, cache, plugin or cluster but what stands in a folder. */
export function helmHomes(folder: string): Readonly<Record<string, string>> {
	return {
		HOME: folder,
		PATH: "/nonexistent",
		KUBECONFIG: "/nonexistent",
		HELM_CONFIG_HOME: join(folder, "config"),
		HELM_CACHE_HOME: join(folder, "cache"),
		HELM_DATA_HOME: join(folder, "data"),
		HELM_PLUGINS: join(folder, "plugins"),
		HELM_REPOSITORY_CONFIG: join(folder, "config", "repositories.yaml"),
		HELM_REPOSITORY_CACHE: join(folder, "cache"),
		HELM_NO_PLUGINS: "1",
		// A run is short: no garbage is collected below the limit.
		GOGC: "off",
		GOMEMLIMIT: "512MiB",
	};
}
