// Loaded before a framework (`node --require`): whoever asks for a connection ends the process, and says where to.
const net = require('node:net');
const dns = require('node:dns');

function refuse(to, ...others) {
  process.stderr.write(`network: ${to?.host ?? to} ${to?.port ?? others[0]}\n`);
  process.exit(70);
}

const { connect } = net.Socket.prototype;

net.Socket.prototype.connect = function connectLocally(...args) {
  const [to] = args.flat();
  // A pipe on this machine, by which `tsx` looks for one of its own that watches files, is no network.
  return to?.path ? connect.apply(this, args) : refuse(to);
};
dns.lookup = refuse;
