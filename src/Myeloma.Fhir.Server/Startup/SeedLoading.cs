using Myeloma.Fhir.Loader;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Loading;

namespace Myeloma.Fhir.Server.Startup;

/// <summary>Fills the database with what belongs to the product: the resources of our package, and what the seed documents state.</summary>
internal static class SeedLoading
{
    /// <summary>Writes the package's resources; those that are stored as they are get no new version.</summary>
    public static async Task InstallPackageAsync(FhirServices services, CancellationToken cancellationToken) =>
        await new DatabaseTarget(services).WriteAsync(TransactionOf(AuthoredResources.All), cancellationToken);

    /// <summary>Loads the seed documents when they are not in the database as they are.</summary>
    /// <returns>How many resources were written; 0 when nothing had to be.</returns>
    public static async Task<int> LoadSeedsAsync(FhirServices services, string folder, CancellationToken cancellationToken)
    {
        var documents = await DocumentFiles.ReadAsync(DocumentFiles.Find([folder]), cancellationToken);
        var target = new DatabaseTarget(services);
        var (_, plan) = await DocumentLoad.PlanAsync(documents, target, cancellationToken);
        if (plan.HasChanges) await target.WriteAsync(plan.Transaction, cancellationToken);
        return plan.Created.Count + plan.Updated.Count + plan.Retired.Count;
    }

    /// <summary>The folder of the setting, else <c>seeds</c> in the working directory or beside the executable.</summary>
    /// <returns>Null when there is none; a missing folder of the setting is the reader's fault to tell.</returns>
    public static string? FindFolder(ServerOptions options) =>
        options.SeedFolder ?? new[] { Environment.CurrentDirectory, AppContext.BaseDirectory }
            .Select(place => Path.Combine(place, "seeds")).FirstOrDefault(Directory.Exists);

    private static byte[] TransactionOf(IReadOnlyList<BuiltResource> resources)
    {
        using var stream = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(stream, Model.JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Bundle");
            writer.WriteString("type", "transaction");
            writer.WriteStartArray("entry");
            foreach (var resource in resources)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("resource");
                writer.WriteRawValue(resource.Json, skipInputValidation: true);
                writer.WriteStartObject("request");
                writer.WriteString("method", "PUT");
                writer.WriteString("url", resource.Reference);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
