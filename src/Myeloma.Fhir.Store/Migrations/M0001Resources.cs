using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Versions of resources, index rows, ids of search parameters.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0001_resources")]
internal sealed class M0001Resources() : SqlMigration("0001_resources");
