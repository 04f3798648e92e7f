// The API.
//   GET  /healthz                    204, about this program alone
//   GET  /api/hello                  whose it is
//   GET  /api/quote?amount=&months=  what a loan would cost a month
//   POST /api/applications           takes an application; Idempotency-Key is the client's own id for it
//   POST /api/applications/ID        the same, with the id in the path
//   GET  /api/applications           the latest 20
//   GET  /api/applications/ID
// Amounts are integers in minor units. Sending an application again gives the same answer, with 200 in place of 201.
#pragma once

#include "../common/environment.hpp"
#include "../common/http_server.hpp"
#include "stores.hpp"

namespace lending {

class Api {
  public:
    // Throws Away where a store that the request needs is away.
    Response handle(const Request& request);

  private:
    Response hello() const;
    Response quote(std::string_view query);
    Response apply(const std::string& id, const std::string& body);
    Response one(const std::string& id);
    Response latest();

    Identity identity_;
    StorePool pool_;
};

}  // namespace lending
