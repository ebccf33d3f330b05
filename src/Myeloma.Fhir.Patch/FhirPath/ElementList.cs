using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Patch.Json;

namespace Myeloma.Fhir.Patch.FhirPath;

/// <summary>What stands for one element in JSON.</summary>
/// <param name="Value">Null for a primitive that has only extensions.</param>
/// <param name="Companion">The <c>_name</c> object of a primitive; null when there is none.</param>
internal readonly record struct ElementContent(JsonPart? Value, JsonPart? Companion);

/// <summary>The elements of one property, values and companions joined. https://hl7.org/fhir/R4/json.html#primitive</summary>
internal sealed class ElementList
{
    private readonly JsonPart container;
    private readonly PropertySchema property;

    private ElementList(JsonPart container, PropertySchema property)
    {
        this.container = container;
        this.property = property;
    }

    /// <summary>In order; at most one where the property holds no array. Changes count after <see cref="Store"/>.</summary>
    public List<ElementContent> Items { get; } = [];

    private string Name => property.JsonName;

    private string CompanionName => "_" + property.JsonName;

    private bool IsPrimitive => property.Type.Kind == TypeKind.Primitive;

    public static ElementList Of(JsonPart container, PropertySchema property)
    {
        var list = new ElementList(container, property);
        var value = container.Find(list.Name)?.Value;
        var companion = list.IsPrimitive ? container.Find(list.CompanionName)?.Value : null;
        if (value is not { IsArray: true } && companion is not { IsArray: true })
        {
            if (value is not null || companion is not null) list.Items.Add(new ElementContent(NotNull(value), NotNull(companion)));
            return list;
        }

        var values = value is { IsArray: true } ? value.Members : [];
        var companions = companion is { IsArray: true } ? companion.Members : [];
        for (var index = 0; index < Math.Max(values.Count, companions.Count); index++)
            list.Items.Add(new ElementContent(
                index < values.Count ? NotNull(values[index].Value) : null, index < companions.Count ? NotNull(companions[index].Value) : null));
        return list;
    }

    /// <summary>Writes the items into the container: a property that none of them needs is gone.</summary>
    public void Store()
    {
        Put(Name, null, Items.ConvertAll(item => item.Value));
        if (IsPrimitive) Put(CompanionName, Name, Items.ConvertAll(item => item.Companion));
    }

    private void Put(string name, string? after, List<JsonPart?> parts)
    {
        var there = container.Find(name);
        if (parts.TrueForAll(part => part is null))
        {
            if (there is not null) container.Remove(there);
            return;
        }

        if (!property.Element.IsArray && there?.Value is not { IsArray: true })
        {
            container.Set(name, parts[^1]!, after);
            return;
        }

        var array = there?.Value is { IsArray: true } old ? old : JsonPart.EmptyArray();
        array.SetItems(parts.ConvertAll(part => part ?? JsonPart.Null()));
        container.Set(name, array, after);
    }

    private static JsonPart? NotNull(JsonPart? part) => part is { IsNull: true } ? null : part;
}
