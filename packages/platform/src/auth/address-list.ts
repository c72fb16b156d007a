import { BlockList, isIP } from 'node:net';

/** Tells whether an address is in a list of addresses and CIDR blocks; an empty list holds every address. */
export const addressList = (entries: readonly string[]): ((address: string) => boolean) => {
  if (entries.length === 0) return () => true;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', length] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (length === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(length), family);
  }
  return (address) => {
    // A dual-stack socket shows an IPv4 peer as ::ffff:192.0.2.1.
    const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
};
