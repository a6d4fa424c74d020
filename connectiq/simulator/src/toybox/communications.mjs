/** Toybox.Communications: makeWebRequest over the watch's link. */
import { Gap } from '../language/errors.mjs';
import { takes } from '../language/natives.mjs';
import { MDictionary, MMethod } from '../language/values.mjs';
import { isModelled, isNative } from '../http/answer.mjs';
import { CODES, METHODS, REQUEST_TYPES, RESPONSE_TYPES } from '../http/codes.mjs';
import { option, refuseOtherOptions, requirePermission } from './options.mjs';

const OPTIONS = ['method', 'headers', 'responseType'];

function checkArguments(machine, [url, parameters, options, callback]) {
  const fail = (what) => machine.fatal('Unexpected Type Error', `makeWebRequest: ${what}`);
  if (typeof url !== 'string') fail('the URL is no String');
  if (parameters !== null && !(parameters instanceof MDictionary)) fail('the parameters are no Dictionary');
  if (options !== null && !(options instanceof MDictionary)) fail('the options are no Dictionary');
  if (!(callback instanceof MMethod)) fail('the callback is no Method');
  refuseOtherOptions(machine, options, OPTIONS);
}

function makeWebRequest(machine, process, args) {
  requirePermission(machine, process, 'Communications');
  checkArguments(machine, args);
  const [url, parameters, options, callback] = args;
  const responseType = option(options, 'responseType');
  if (!isModelled(responseType)) throw new Gap(`the response type ${responseType} is not modelled`, machine.trace());
  if (isNative(responseType)) requirePermission(machine, process, 'PersistedContent');
  process.watch.link.request(process, {
    url,
    parameters,
    callback,
    responseType,
    method: option(options, 'method', METHODS.HTTP_REQUEST_METHOD_GET),
    headers: option(options, 'headers'),
  });
  return null;
}

function cancelAll(process) {
  for (const ticket of process.outstanding) {
    ticket.stop();
    if (ticket.isHung) process.outstanding.delete(ticket);
    else process.enqueue('a cancelled request', () => cancelled(process, ticket), ticket);
  }
}

function cancelled(process, { call, entry }) {
  entry.code = CODES.REQUEST_CANCELLED;
  process.answered(call, entry.code, null);
}

export function installCommunications(machine, process) {
  machine.defineModule('Toybox.Communications', {
    ...CODES,
    ...METHODS,
    ...REQUEST_TYPES,
    ...RESPONSE_TYPES,
    makeWebRequest: takes(4, (args) => makeWebRequest(machine, process, args)),
    cancelAllRequests: takes(0, () => cancelAll(process)),
  });
}
