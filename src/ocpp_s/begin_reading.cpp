// SPDX-License-Identifier: GPL-2.0-or-later
// Field by field what libgsoap resets at the start of a message.
#include "ocpp_s/begin_reading.h"

#include <stdsoap2.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace ocpp_s {

namespace {

constexpr std::size_t mostKept = 64 * 1024;  // of the buffer for texts

void freeAttributes(::soap* soap) {
  while (struct soap_attribute* each = soap->attributes) {
    soap->attributes = each->next;
    if (each->value != nullptr) SOAP_FREE(soap, each->value);
    SOAP_FREE(soap, each);
  }
}

void forgetLast(::soap* soap) {
  soap->level = 0;
  soap_pop_namespace(soap);  // all levels
  while (soap->blist != nullptr) soap_end_block(soap, nullptr);
  freeAttributes(soap);
  soap->labidx = 0;
  if (soap->lablen > mostKept) {
    SOAP_FREE(soap, std::exchange(soap->labbuf, nullptr));
    soap->lablen = 0;
  }
  soap_set_local_namespaces(soap);  // there are none after soap_free_temp()
  for (Namespace* each = soap->local_namespaces; each != nullptr && each->id != nullptr; ++each)
    if (each->out != nullptr) SOAP_FREE(soap, std::exchange(each->out, nullptr));
}

#ifdef __SANITIZE_ADDRESS__
/// What is not cleared must be empty, and nothing is left: tests and fuzzers that read anything at all prove it.
void checkClean(const ::soap* soap) {
  const auto empty = [](const auto* entry) { return entry == nullptr; };
  if (!std::all_of(std::begin(soap->iht), std::end(soap->iht), empty) ||
      !std::all_of(std::begin(soap->pht), std::end(soap->pht), empty) || soap->pblk || soap->xlist || soap->nlist ||
      soap->blist || soap->attributes)
    std::abort();
}
#else
void checkClean(const ::soap*) {}
#endif

}  // namespace

void beginReading(::soap* soap) {
  forgetLast(soap);
  checkClean(soap);
  soap->error = SOAP_OK;
  soap->version = 0;
  soap->mode = soap->imode;
  soap->keep_alive = 0;
  soap->buflen = soap->bufidx = 0;
  soap->null = 0;
  soap->position = 0;
  soap->mustUnderstand = 0;
  soap->shaky = 0;
  soap->ahead = 0;
  soap->peeked = 0;
  soap->part = SOAP_BEGIN_RECV;
  soap->count = 0;
  soap->length = 0;
  soap->cdata = 0;
  soap->header = nullptr;
  soap->fault = nullptr;
  soap->status = 0;
  soap->body = 1;
}

}  // namespace ocpp_s
