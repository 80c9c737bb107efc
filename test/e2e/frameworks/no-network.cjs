// Loaded before a framework (`node --require`): whoever asks for a connection ends the process, and says where to.
const net = require('node:net');
const dns = require('node:dns');

function refuse(to, ...others) {
  process.stderr.write(`network: ${to?.host ?? to} ${to?.port ?? others[0]}\n`);
  process.exit(70);
}

net.Socket.prototype.connect = refuse;
dns.lookup = refuse;
