// SPDX-License-Identifier: GPL-2.0-or-later
// A StopTransaction of OCPP 1.5 with the readings of a day, as honest chargers send it.
#pragma once

#include <string>

namespace test {

/// `blocks` moments with four readings each: 1,440 are 8,640 elements, about 790 KB, a thirtieth of that as gzip.
inline std::string largeStop(int blocks, const std::string& identity = "CP1", bool readingsFirst = false) {
  static const char* const values[4][2] = {{"Energy.Active.Import.Register", "Wh"},
                                           {"Power.Active.Import", "W"},
                                           {"Current.Import", "Amp"},
                                           {"Voltage", "Volt"}};
  std::string data;
  for (int i = 0; i < blocks; ++i) {
    const int hour = i / 60 % 24, minute = i % 60;
    const std::string two[2] = {std::to_string(100 + hour).substr(1), std::to_string(100 + minute).substr(1)};
    data += "<cs:values><cs:timestamp>2026-01-01T" + two[0] + ":" + two[1] + ":00Z</cs:timestamp>";
    for (int k = 0; k < 4; ++k)
      data += std::string("<cs:value context=\"Sample.Periodic\" format=\"Raw\" location=\"Outlet\" measurand=\"") +
              values[k][0] + "\" unit=\"" + values[k][1] + "\">" + std::to_string(1000 * k + i) + "</cs:value>";
    data += "</cs:values>";
  }
  const std::string readings = "<cs:transactionData>" + data + "</cs:transactionData>";
  const std::string fields =
      "<cs:transactionId>7</cs:transactionId><cs:idTag>TAG</cs:idTag>"
      "<cs:timestamp>2026-01-02T00:00:00Z</cs:timestamp><cs:meterStop>4711</cs:meterStop>";
  return "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:cs=\"urn://Ocpp/Cs/2012/06/\">"
         "<s:Header><cs:chargeBoxIdentity>" +
         identity + "</cs:chargeBoxIdentity></s:Header><s:Body><cs:stopTransactionRequest>" +
         (readingsFirst ? readings + fields : fields + readings) + "</cs:stopTransactionRequest></s:Body></s:Envelope>";
}

}  // namespace test
