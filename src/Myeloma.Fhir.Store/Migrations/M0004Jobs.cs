using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Requests that are answered later.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0004_jobs")]
internal sealed class M0004Jobs() : SqlMigration("0004_jobs");
