import type { DriverContext } from "../../ports/driver.ts";
import type { KubernetesClient } from "./client/client.ts";

/** A client whose requests are counted; dry runs change nothing, so they are reads. Discovery, which all share, is not counted. */
export function counted(client: KubernetesClient, requests: DriverContext["requests"]): KubernetesClient {
	const write = (dryRun: boolean | undefined): void => {
		if (dryRun === true) requests.reads += 1;
		else requests.writes += 1;
	};
	return {
		...client,
		get(...args) {
			requests.reads += 1;
			return client.get(...args);
		},
		apply(type, name, body, options) {
			write(options.dryRun);
			return client.apply(type, name, body, options);
		},
		patch(type, name, patch, options) {
			write(options.dryRun);
			return client.patch(type, name, patch, options);
		},
		delete(type, name, options) {
			write(options.dryRun);
			return client.delete(type, name, options);
		},
		async *list(...args) {
			for await (const page of client.list(...args)) {
				requests.reads += 1;
				yield page;
			}
		},
		watch(...args) {
			requests.reads += 1;
			return client.watch(...args);
		},
		log(...args) {
			requests.reads += 1;
			return client.log(...args);
		},
	};
}
