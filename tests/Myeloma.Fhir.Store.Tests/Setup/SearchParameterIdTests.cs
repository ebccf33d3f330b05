using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store.Setup;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Setup;

[Trait("Category", "Postgres")]
public sealed class SearchParameterIdTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task All_parameters_of_R4_get_ids_once_and_keep_them()
    {
        var registry = SearchParameterRegistry.Build(R4Schema.Instance);
        var first = await StoreSetup.WithIdsAsync(fixture.DataSource, registry, default);
        var again = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StoreSetup.WithIdsAsync(fixture.DataSource, registry, default)));

        var ids = first.Indexed.Select(parameter => parameter.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(id > 0 && id % 4 == 0));
        Assert.All(again, other => Assert.Equal(ids, other.Indexed.Select(parameter => parameter.Id)));
    }

    [Fact]
    public async Task A_parameter_is_pending_when_resources_were_there_first_until_they_are_indexed()
    {
        var time = new SteppingTime();
        SearchParameter? parameter = null;
        var store = new ResourceStore(fixture.DataSource, fixture.Options with { ReindexBatch = 2 }, time, _ =>
        {
            var rows = new IndexRows();
            if (parameter is not null) rows.Tokens.Add(new TokenRow(parameter.Id, null, "x"));
            return rows;
        });
        for (var at = 0; at < 5; at++)
            await store.WriteAsync([new WriteOperation.Create(new ResourceKey("Basic", $"p{at}"), Documents.Basic("x"))], default);
        await store.WriteAsync([new WriteOperation.Create(new ResourceKey("Basic", "gone"), Documents.Basic("x"))], default);
        await store.WriteAsync([new WriteOperation.Delete(new ResourceKey("Basic", "gone"))], default);

        var identity = new SearchParameterIdentity("Basic", "mine", "http://x/mine", "1");
        var elsewhere = new SearchParameterIdentity("Appointment", "mine", "http://x/mine", "1");
        var registered = await StoreSetup.SearchParameterIdsAsync(fixture.DataSource, [identity, elsewhere], default);
        Assert.Equal([SearchParameterStatus.Pending, SearchParameterStatus.Indexed], registered.Select(one => one.Status));

        parameter = new SearchParameter { ResourceType = "Basic", Code = "mine", Url = "http://x/mine", Type = SearchParameterType.Token, Id = registered[0].Id, DefinitionHash = "1" };
        var search = new BoundSearch { ResourceType = "Basic", Criteria = [new Criterion.Token(parameter, [new TokenValue.AnySystem("x")])] };
        Assert.Equal(0, (await store.SearchAsync(search, default)).Total);
        Assert.Equal(5, await store.ReindexAsync([parameter], default));
        Assert.Equal(5, (await store.SearchAsync(search, default)).Total);
        Assert.Equal(SearchParameterStatus.Indexed, (await StoreSetup.SearchParameterIdsAsync(fixture.DataSource, [identity], default))[0].Status);

        var changed = await StoreSetup.SearchParameterIdsAsync(fixture.DataSource, [identity with { DefinitionHash = "2" }], default);
        Assert.Equal((SearchParameterStatus.Pending, registered[0].Id), (changed[0].Status, changed[0].Id));
    }
}
