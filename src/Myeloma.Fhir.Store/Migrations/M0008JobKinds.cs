using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Jobs of several kinds, with progress and a checkpoint.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0008_job_kinds")]
internal sealed class M0008JobKinds() : SqlMigration("0008_job_kinds");
