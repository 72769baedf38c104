import { Sandbox } from "@shadowbox/sandbox";

const box = await Sandbox.create({ registry: "/registry/" });
const { stdout, status } = await box.exec("seq 3 | sort -r");
document.querySelector("output").textContent = `${status}: ${new TextDecoder().decode(stdout)}`;
await box.close();
