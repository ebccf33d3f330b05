using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Requests that are answered later.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0003_jobs")]
internal sealed class M0003Jobs() : SqlMigration("0003_jobs");
