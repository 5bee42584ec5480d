/** A name of code as a file or a job bears it: `createRaidArray` is `create-raid-array`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
