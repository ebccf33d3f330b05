using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>The tables whose rows are few and plain, and the history of migrations. Resources and index rows go through Npgsql alone.</summary>
internal sealed class StoreContext(DbContextOptions<StoreContext> options) : DbContext(options)
{
    /// <summary>Where EF Core notes the migrations that were applied.</summary>
    public const string HistoryTable = "schema_migration";

    public DbSet<SearchParameterRow> SearchParameters => Set<SearchParameterRow>();

    public DbSet<SettingRow> Settings => Set<SettingRow>();

    /// <summary>A context over a connection of the caller's, which it does not close.</summary>
    public static StoreContext On(Npgsql.NpgsqlConnection connection) =>
        new(new DbContextOptionsBuilder<StoreContext>()
            .UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable(HistoryTable))
            // The model holds only part of the tables: the statements of the migrations are the truth, there is no snapshot to compare with.
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))
            .Options);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<SearchParameterRow>(row =>
        {
            row.ToTable("search_parameter").HasKey(parameter => parameter.Id);
            row.Property(parameter => parameter.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            row.Property(parameter => parameter.ResourceType).HasColumnName("resource_type");
            row.Property(parameter => parameter.Url).HasColumnName("url");
            row.Property(parameter => parameter.Code).HasColumnName("code");
            row.Property(parameter => parameter.DefinitionHash).HasColumnName("definition_hash");
            row.Property(parameter => parameter.Status).HasColumnName("status");
        });
        modelBuilder.Entity<SettingRow>(row =>
        {
            row.ToTable("setting").HasKey(setting => setting.Name);
            row.Property(setting => setting.Name).HasColumnName("name");
            row.Property(setting => setting.Value).HasColumnName("value");
        });
    }
}

/// <summary>A row of <c>search_parameter</c>.</summary>
internal sealed class SearchParameterRow
{
    public int Id { get; set; }
    public required string ResourceType { get; set; }
    public required string Url { get; set; }
    public required string Code { get; set; }
    public required string DefinitionHash { get; set; }

    /// <summary><c>indexed</c> or <c>pending</c>.</summary>
    public required string Status { get; set; }
}

/// <summary>A row of <c>setting</c>.</summary>
internal sealed class SettingRow
{
    public required string Name { get; set; }
    public required string Value { get; set; }
}
