// The store `documents`: what applicants sent, as they sent it, in MongoDB's language.
#pragma once

#include <memory>
#include <string>

#include <boost/json/fwd.hpp>

#include "away.hpp"

struct _mongoc_client_t;

namespace lending {

class Documents {
  public:
    // Keeps a document where none of this id is kept yet. True where the one that is kept then is the same, so that
    // keeping it again changes nothing; false where another one came first, which stays. Throws Away. Where the
    // platform gives no such store, nothing is kept, and it is true.
    bool keep(const std::string& collection, const std::string& id, const boost::json::object& document);

  private:
    struct Close {
        void operator()(_mongoc_client_t* client) const;
    };

    _mongoc_client_t& connected();
    // A client remembers for five seconds that a server was away; a new one asks at once.
    [[noreturn]] void away(const std::string& why);

    BackOff backOff_;
    std::unique_ptr<_mongoc_client_t, Close> client_;
};

}  // namespace lending
