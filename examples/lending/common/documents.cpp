#include "documents.hpp"

#include <mongoc/mongoc.h>

#include "environment.hpp"

namespace lending {

namespace {

// bson_t asks for an alignment, which g++ will not have in a template's argument.
class Bson {
  public:
    explicit Bson(bson_t* bson) : bson_(bson) {}
    ~Bson() { bson_destroy(bson_); }
    Bson(const Bson&) = delete;
    Bson& operator=(const Bson&) = delete;
    [[nodiscard]] bson_t* get() const { return bson_; }

  private:
    bson_t* bson_;
};

struct Destroy {
    void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
    void operator()(mongoc_collection_t* collection) const { mongoc_collection_destroy(collection); }
};
using Uri = std::unique_ptr<mongoc_uri_t, Destroy>;
using Collection = std::unique_ptr<mongoc_collection_t, Destroy>;

// The library's state is made at the first use and lasts as long as the program.
void initialise() {
    static const bool once = [] {
        mongoc_init();
        mongoc_log_set_handler(nullptr, nullptr);  // it would log addresses; our own log tells what matters
        return true;
    }();
    static_cast<void>(once);
}

}  // namespace

void Documents::Close::operator()(_mongoc_client_t* client) const { mongoc_client_destroy(client); }

_mongoc_client_t& Documents::connected() {
    if (client_) return *client_;
    backOff_.check("documents");
    initialise();
    const Uri uri(mongoc_uri_new(text_of_file_in("DOCUMENTS_URL_FILE").c_str()));
    if (!uri) throw Away("documents: the connection string is not understood");
    mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, 1500);
    mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 1500);
    mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_SOCKETTIMEOUTMS, 3000);
    client_.reset(mongoc_client_new_from_uri(uri.get()));
    if (!client_) throw Away("documents: no client can be made of the connection string");
    mongoc_client_set_error_api(client_.get(), MONGOC_ERROR_API_VERSION_2);
    return *client_;
}

void Documents::keep(const std::string& collection, const std::string& id, const std::string& json) {
    if (variable("DOCUMENTS_URL_FILE").empty()) return;
    bson_error_t error;
    const Bson document(bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json.data()),
                                           static_cast<ssize_t>(json.size()), &error));
    if (document.get() == nullptr) throw std::runtime_error(std::string("a document is no JSON: ") + error.message);
    const Bson selector(BCON_NEW("_id", BCON_UTF8(id.c_str())));
    const Bson upsert(BCON_NEW("upsert", BCON_BOOL(true)));
    mongoc_client_t& client = connected();
    const Collection target(
        mongoc_client_get_collection(&client, variable("DOCUMENTS_DATABASE").c_str(), collection.c_str()));
    if (mongoc_collection_replace_one(target.get(), selector.get(), document.get(), upsert.get(), nullptr, &error))
        return backOff_.worked();
    // A client remembers for five seconds that a server was away; a new one asks at once.
    client_.reset();
    backOff_.failed();
    throw Away(std::string("documents: ") + error.message);
}

}  // namespace lending
