using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Closure tables of clients.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0012_closures")]
internal sealed class M0012Closures() : SqlMigration("0012_closures");
